#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

/// The fields of a message in the order they came or were added; names compare without ASCII case, and may repeat.
///
/// Ownership: one flat buffer and one index; the views it gives live until the next change.
/// Errors:    add and set throw http::error invalid_request for a name that is no token and a value with control bytes
///            (RFC 9110, 5.5), so nothing that passes can split a message.
/// Cost:      lookups are linear in the number of fields; no allocation per field.
class headers {
 public:
  struct field {
    std::string_view name;
    std::string_view value;
  };
  class iterator;

  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] bool empty() const noexcept { return index_.empty(); }
  [[nodiscard]] field operator[](std::size_t position) const noexcept;
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name) != size(); }
  /// All values of that name joined by ", " (RFC 9110, 5.3); empty when there is none.
  [[nodiscard]] std::string joined(std::string_view name) const;

  void add(std::string_view name, std::string_view value);
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name) noexcept;
  void clear() noexcept;

  /// Takes fields given as "name: value" lines without validation of their own: for heads that passed the gate.
  struct range {
    std::uint32_t name_begin, name_end, value_begin, value_end;  // offsets in the text; name_begin <= name_end
  };
  [[nodiscard]] std::vector<range>& raw_index() noexcept { return index_; }
  [[nodiscard]] std::string& raw_text() noexcept { return text_; }

 private:
  [[nodiscard]] std::size_t find(std::string_view name, std::size_t from = 0) const noexcept;
  [[nodiscard]] std::string_view name_at(std::size_t position) const noexcept;

  std::string text_;
  std::vector<range> index_;  // every range lies in text_
};

class headers::iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = field;
  using difference_type = std::ptrdiff_t;
  using pointer = const field*;
  using reference = field;

  iterator() = default;
  iterator(const headers& owner, std::size_t position) noexcept : owner_(&owner), position_(position) {}
  field operator*() const noexcept { return (*owner_)[position_]; }
  iterator& operator++() noexcept {
    ++position_;
    return *this;
  }
  iterator operator++(int) noexcept {
    const iterator old = *this;
    ++position_;
    return old;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.position_ == b.position_; }

 private:
  const headers* owner_ = nullptr;
  std::size_t position_ = 0;
};

inline headers::iterator headers::begin() const noexcept { return {*this, 0}; }
inline headers::iterator headers::end() const noexcept { return {*this, size()}; }

/// Is `text` a token (RFC 9110, 5.6.2), as a method or a field name must be?
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// Can `text` be sent as a field value: no control bytes but HTAB, no white space at the ends?
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
/// Is `item` one of the members of a comma-separated list, without ASCII case?
[[nodiscard]] bool list_contains(std::string_view list, std::string_view item) noexcept;

}  // namespace weft::http

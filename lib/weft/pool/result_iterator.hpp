#pragma once

#include <weft/pool/future.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// Goes once through results that their range gives one at a time: Range has value_type, front(), pop() and is_over().
template <class Range>
class result_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = typename Range::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = value_type*;
  using reference = value_type&;

  result_iterator() = default;
  explicit result_iterator(Range& range) noexcept : range_(&range) {}

  reference operator*() const { return range_->front(); }
  result_iterator& operator++() {
    range_->pop();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const result_iterator& a, const result_iterator& b) noexcept {
    return a.at_end() == b.at_end();
  }

 private:
  [[nodiscard]] bool at_end() const noexcept { return range_ == nullptr || range_->is_over(); }

  Range* range_ = nullptr;
};

/// The result of work, or std::monostate where it has none; rethrows what it has failed with. Waits for it.
template <class Value, class R>
void take_into(std::optional<Value>& place, future<R>&& work) {
  if constexpr (std::is_void_v<R>) {
    std::move(work).get();
    place.emplace();
  } else {
    place.emplace(std::move(work).get());
  }
}

}  // namespace weft::detail

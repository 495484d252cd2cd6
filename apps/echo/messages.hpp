#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace weft::echo_app {

/// Messages that tell what they are: each is a piece of one text, which begins at a place that its number gives.
class messages {
 public:
  explicit messages(std::size_t size) : size_(size), text_(size + places, ' ') {
    for (std::size_t i = 0; i < text_.size(); ++i) text_[i] = static_cast<char>(i % 251 ^ i / 251);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<const char> bytes_of(std::uint64_t number) const noexcept {
    return {text_.data() + number % places, size_};
  }
  /// Whether `bytes` are those of the message from `offset` on.
  [[nodiscard]] bool matches(std::uint64_t number, std::size_t offset, std::span<const char> bytes) const noexcept {
    return std::memcmp(bytes.data(), bytes_of(number).data() + offset, bytes.size()) == 0;
  }

 private:
  static constexpr std::size_t places = 251;

  std::size_t size_;
  std::string text_;
};

}  // namespace weft::echo_app

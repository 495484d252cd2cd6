#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::chat_app::secure {

/// A public or secret X25519 key, or a symmetric one.
using key_bytes = std::array<unsigned char, 32>;

inline std::string_view text_of(const key_bytes& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

/// Appends `value` in `Size` bytes, little-endian.
template <std::size_t Size>
void put_integer(std::string& out, std::uint64_t value) {
  for (std::size_t i = 0; i < Size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

/// Takes bytes apart from the front. Once something was missing, it is broken and gives nothing more.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  template <std::size_t Size>
  std::uint64_t integer() {
    const auto bytes = take(Size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return value;
  }
  /// `size` bytes, or none.
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) broken_ = true;
    if (broken_) return {};
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest() const { return rest_; }
  bool is_broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace weft::chat_app::secure

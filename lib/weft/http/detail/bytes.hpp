#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::http::detail {

enum byte_kind : std::uint8_t {
  token_byte = 1,  // tchar, RFC 9110, 5.6.2
  text_byte = 2,   // HTAB, SP, VCHAR and obs-text
};

constexpr std::array<std::uint8_t, 256> make_byte_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (i == '\t' || (i >= 0x20 && i != 0x7F)) kinds[i] = text_byte;
    const bool alnum = (i >= '0' && i <= '9') || (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
    if (alnum) kinds[i] = text_byte | token_byte;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) kinds[static_cast<std::uint8_t>(c)] = text_byte | token_byte;
  return kinds;
}

inline constexpr auto byte_kinds = make_byte_kinds();

constexpr bool is_kind(char c, byte_kind kind) noexcept {
  return (byte_kinds[static_cast<std::uint8_t>(c)] & kind) != 0;
}

}  // namespace weft::http::detail

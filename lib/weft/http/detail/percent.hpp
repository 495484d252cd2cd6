#pragma once

#include <cstdint>
#include <string>

namespace weft::http::detail {

/// Appends a byte as RFC 3986 section 2.1 writes it: '%' and two upper-case hexadecimal digits.
inline void append_percent(std::string& out, char c) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto byte = static_cast<std::uint8_t>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace weft::http::detail

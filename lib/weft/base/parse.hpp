#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace weft {

/// The whole of `text` as an integer in `base`, or nothing.
///
/// Strict: no sign but a leading '-' of a signed type, no white space, no prefix, no rest, no overflow.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_integer(std::string_view text, int base = 10) noexcept {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// As parse_integer, and within [low, high].
template <std::integral T>
[[nodiscard]] std::optional<T> parse_integer_in(std::string_view text, T low, T high) noexcept {
  const auto value = parse_integer<T>(text);
  if (!value || *value < low || *value > high) return std::nullopt;
  return value;
}

/// The whole of `text` as a finite decimal number ("1", "0.5", "1e3"), or nothing.
[[nodiscard]] inline std::optional<double> parse_decimal(std::string_view text) noexcept {
  double value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool finite = value - value == 0;
  if (error != std::errc{} || stop != end || !finite) return std::nullopt;
  return value;
}

}  // namespace weft

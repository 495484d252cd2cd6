#include "common/units.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/arguments.hpp"

namespace weft::app {
namespace {

/// The leading decimal number of `text` and what follows it; nothing for a sign, an exponent or no digits.
std::optional<std::pair<double, std::string_view>> split_number(std::string_view text) {
  const auto length = text.find_first_not_of("0123456789.");
  const auto digits = text.substr(0, length);
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return std::pair{value, length == std::string_view::npos ? std::string_view{} : text.substr(length)};
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  const auto number = split_number(text);
  if (number) {
    const auto unit = number->second;
    double factor = 0;
    if (unit.empty() || unit == "B") factor = 1;
    if (unit == "k" || unit == "K") factor = 1024;
    if (unit == "m" || unit == "M") factor = 1024.0 * 1024;
    if (unit == "g" || unit == "G") factor = 1024.0 * 1024 * 1024;
    const double bytes = number->first * factor;
    if (factor > 0 && bytes < 9e18) return static_cast<std::uint64_t>(bytes);
  }
  throw usage_error("not a size: '" + std::string(text) + "' (examples: 500, 64k, 1.5M, 2G)");
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
  const auto number = split_number(text);
  if (number) {
    const auto unit = number->second;
    double seconds = 0;
    if (unit.empty() || unit == "s") seconds = 1;
    if (unit == "ms") seconds = 1e-3;
    if (unit == "m") seconds = 60;
    if (unit == "h") seconds = 3600;
    const double nanoseconds = number->first * seconds * 1e9;
    if (seconds > 0 && nanoseconds < 9e18) return std::chrono::nanoseconds(std::llround(nanoseconds));
  }
  throw usage_error("not a time: '" + std::string(text) + "' (examples: 10, 1.5, 200ms, 2m, 1h)");
}

std::uint64_t parse_count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high) return value;
  throw usage_error("not a number from " + std::to_string(low) + " to " + std::to_string(high) + ": '" +
                    std::string(text) + "'");
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array<const char*, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

std::string time_text(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  std::array<char, 32> text{};
  if (seconds < 60) {
    std::snprintf(text.data(), text.size(), "%llds", static_cast<long long>(seconds));
  } else if (seconds < 3600) {
    std::snprintf(text.data(), text.size(), "%lldm%02llds", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  } else if (seconds < 360'000) {
    std::snprintf(text.data(), text.size(), "%lldh%02lldm", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60));
  } else {
    return "> 99h";
  }
  return text.data();
}

}  // namespace weft::app

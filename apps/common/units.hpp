#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::app {

/// A number of bytes: "500", "64k", "1.5M", "2G" (1024, as curl, wget and aria2 count).
/// Errors: usage_error naming the text.
std::uint64_t parse_size(std::string_view text);

/// A time: "10", "1.5" (seconds), "200ms", "30s", "2m", "1h".
/// Errors: usage_error naming the text; negative and not finite are refused.
std::chrono::nanoseconds parse_duration(std::string_view text);

/// A whole number in [low, high]. Errors: usage_error naming the text and the range.
std::uint64_t parse_count(std::string_view text, std::uint64_t low, std::uint64_t high);

/// "812 B", "27.1 KiB", "1.0 GiB"; at most 9 columns.
std::string size_text(std::uint64_t bytes);

/// "7s", "3m05s", "2h10m"; at most 7 columns.
std::string time_text(std::chrono::nanoseconds time);

}  // namespace weft::app

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

/// An HTTP date (RFC 9110, 5.6.7) in any of its three forms, or nothing.
///
/// A two-digit year more than 50 years ahead of `now` is taken to be in the past.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_date(
    std::string_view text,
    std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));

/// "Sun, 06 Nov 1994 08:49:37 GMT"
[[nodiscard]] std::string format_date(std::chrono::sys_seconds time);

/// The delay that a Retry-After value asks for (RFC 9110, 10.2.3), seconds or a date; zero for a date that has passed,
/// at most 100 years; nothing when the value is malformed.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view text,
    std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));

}  // namespace weft::http

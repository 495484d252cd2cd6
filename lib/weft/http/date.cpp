#include <weft/http/date.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace weft::http {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<unsigned> parse_number(std::string_view text) noexcept {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  return parse_integer<unsigned>(text);
}

std::optional<month> parse_month(std::string_view name) noexcept {
  const auto found = std::ranges::find(month_names, name);
  if (found == month_names.end()) return std::nullopt;
  return month(static_cast<unsigned>(found - month_names.begin()) + 1);
}

/// "08:49:37"; a leap second counts as the last second before it.
std::optional<seconds> parse_time(std::string_view text) noexcept {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto h = parse_number(text.substr(0, 2));
  const auto m = parse_number(text.substr(3, 2));
  const auto s = parse_number(text.substr(6, 2));
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(std::min(*s, 59u));
}

std::optional<sys_seconds> assemble(std::optional<unsigned> y, std::optional<month> m, std::optional<unsigned> d,
                                    std::optional<seconds> time) noexcept {
  if (!y || !m || !d || !time) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*y)), *m, day(*d));
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + *time;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<sys_seconds> parse_imf(std::string_view text) noexcept {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ') return std::nullopt;
  return assemble(parse_number(text.substr(12, 4)), parse_month(text.substr(8, 3)), parse_number(text.substr(5, 2)),
                  parse_time(text.substr(17, 8)));
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<sys_seconds> parse_rfc850(std::string_view text, sys_seconds now) noexcept {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.size() != comma + 24) return std::nullopt;
  text.remove_prefix(comma + 1);  // " 06-Nov-94 08:49:37 GMT"
  if (text[0] != ' ' || text[3] != '-' || text[7] != '-' || text[10] != ' ' || text.substr(19) != " GMT")
    return std::nullopt;
  auto two_digits = parse_number(text.substr(8, 2));
  if (!two_digits) return std::nullopt;
  const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
  int full = this_year - this_year % 100 + static_cast<int>(*two_digits);
  if (full > this_year + 50) full -= 100;
  return assemble(static_cast<unsigned>(full), parse_month(text.substr(4, 3)), parse_number(text.substr(1, 2)),
                  parse_time(text.substr(11, 8)));
}

/// "Sun Nov  6 08:49:37 1994"
std::optional<sys_seconds> parse_asctime(std::string_view text) noexcept {
  if (text.size() != 24 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' || text[19] != ' ') return std::nullopt;
  const std::string_view day_text = text[8] == ' ' ? text.substr(9, 1) : text.substr(8, 2);
  return assemble(parse_number(text.substr(20, 4)), parse_month(text.substr(4, 3)), parse_number(day_text),
                  parse_time(text.substr(11, 8)));
}

}  // namespace

std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now) {
  text = trim(text);
  if (const auto time = parse_imf(text)) return time;
  if (const auto time = parse_rfc850(text, now)) return time;
  return parse_asctime(text);
}

std::string format_date(sys_seconds time) {
  const sys_days date = floor<days>(time);
  const year_month_day ymd(date);
  const hh_mm_ss clock(time - date);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 day_names[weekday(date).c_encoding()].data(), static_cast<unsigned>(ymd.day()),
                                 month_names[static_cast<unsigned>(ymd.month()) - 1].data(),
                                 static_cast<int>(ymd.year()), static_cast<int>(clock.hours().count()),
                                 static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<seconds> parse_retry_after(std::string_view text, sys_seconds now) {
  constexpr seconds longest = hours(24) * 365 * 100;
  text = trim(text);
  if (!text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    const auto delay = parse_integer<std::int64_t>(text);
    return std::min(delay ? seconds(*delay) : longest, longest);
  }
  const auto time = parse_date(text, now);
  if (!time) return std::nullopt;
  return std::clamp(*time - now, seconds(0), longest);
}

}  // namespace weft::http

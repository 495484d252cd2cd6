#include <weft/http/date.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono;
using namespace weft::http;

const sys_seconds example = sys_days(1994y / November / 6) + 8h + 49min + 37s;
const sys_seconds now = sys_days(2024y / February / 29) + 12h;

TEST_CASE("parse_date: the three forms of RFC 9110") {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    CAPTURE(std::string(text));
    CHECK(parse_date(text, now) == example);
  }
  CHECK(parse_date("Thursday, 29-Feb-24 12:00:00 GMT", now) == now);
  CHECK(parse_date("Sun, 30 Jun 2024 23:59:60 GMT", now) == sys_days(2024y / June / 30) + 23h + 59min + 59s);
}

TEST_CASE("parse_date: anything else is no date") {
  for (const char* text :
       {"", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 8:49:370 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 19x4 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_date(text, now));
  }
}

TEST_CASE("format_date: what it writes is read back") {
  CHECK(format_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(parse_date(format_date(now), now) == now);
}

TEST_CASE("parse_retry_after: seconds or a date, never negative, never absurd") {
  CHECK(parse_retry_after("120", now) == 120s);
  CHECK(parse_retry_after(" 0 ", now) == 0s);
  CHECK(parse_retry_after(format_date(now + 90s), now) == 90s);
  CHECK(parse_retry_after(format_date(now - 90s), now) == 0s);
  CHECK(parse_retry_after("99999999999999999999999", now) == 24h * 365 * 100);
  for (const char* text : {"", "-1", "+1", "1.5", "soon", "1 s"}) CHECK_FALSE(parse_retry_after(text, now));
}

}  // namespace

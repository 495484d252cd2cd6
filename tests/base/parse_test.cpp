#include <weft/base/parse.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace {

using weft::parse_integer;

TEST_CASE("parse_integer: takes the whole text or nothing") {
  CHECK(parse_integer<int>("0") == 0);
  CHECK(parse_integer<int>("-17") == -17);
  CHECK(parse_integer<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  CHECK(parse_integer<int>("ff", 16) == 255);
  for (const char* bad : {"", " 1", "1 ", "+1", "0x1", "1,0", "1e3", "--1", "99999999999999999999"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_integer<std::int64_t>(bad));
  }
  CHECK_FALSE(parse_integer<unsigned>("-1"));
  CHECK_FALSE(parse_integer<std::uint8_t>("256"));
}

TEST_CASE("parse_integer_in: refuses what is outside the range") {
  CHECK(weft::parse_integer_in("5", 1, 9) == 5);
  CHECK_FALSE(weft::parse_integer_in("0", 1, 9));
  CHECK_FALSE(weft::parse_integer_in("10", 1, 9));
}

TEST_CASE("parse_decimal: finite numbers only") {
  CHECK(weft::parse_decimal("0.5") == 0.5);
  CHECK(weft::parse_decimal("1e3") == 1000.0);
  for (const char* bad : {"", "nan", "inf", "-inf", "1s", " 1", "1e999"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(weft::parse_decimal(bad));
  }
}

}  // namespace

#include "common/units.hpp"

#include <doctest/doctest.h>

#include "common/arguments.hpp"

using namespace std::chrono_literals;
using namespace weft::app;

TEST_CASE("sizes: units are powers of 1024") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("500") == 500);
  CHECK(parse_size("64k") == 65536);
  CHECK(parse_size("1.5M") == 1572864);
  CHECK(parse_size("2G") == 2147483648);
  for (const auto* bad : {"", "-1", "k", "1x", "1e3", "99999999999999999999G", "1 k", "nan"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_size(bad), usage_error);
  }
}

TEST_CASE("times: a bare number is seconds") {
  CHECK(parse_duration("10") == 10s);
  CHECK(parse_duration("1.5") == 1500ms);
  CHECK(parse_duration("200ms") == 200ms);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1h") == 1h);
  for (const auto* bad : {"", "-1", "inf", "1d", "1e9", "s", "9999999999999h"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_duration(bad), usage_error);
  }
}

TEST_CASE("counts: out of range is refused") {
  CHECK(parse_count("7", 1, 9) == 7);
  for (const auto* bad : {"0", "10", "-1", "7x", "", "+7"}) CHECK_THROWS_AS(parse_count(bad, 1, 9), usage_error);
}

TEST_CASE("size_text: short at every magnitude") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(27 * 1024 + 102) == "27.1 KiB");
  CHECK(size_text(1024ULL * 1024 * 1024) == "1.0 GiB");
  CHECK(size_text(1023ULL * 1024) == "1.0 MiB");
  for (int bit = 0; bit < 64; ++bit) CHECK(size_text(1ULL << bit).size() <= 9);
  CHECK(size_text(~0ULL).size() <= 9);
}

TEST_CASE("time_text: seconds, minutes, hours") {
  CHECK(time_text(0s) == "0s");
  CHECK(time_text(6500ms) == "7s");
  CHECK(time_text(185s) == "3m05s");
  CHECK(time_text(130min) == "2h10m");
  CHECK(time_text(999h) == "> 99h");
}

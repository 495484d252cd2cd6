#include "get/config.hpp"

#include <doctest/doctest.h>

#include "common/arguments.hpp"

using namespace weft::get_app;
using namespace std::chrono_literals;
using weft::app::usage_error;

namespace {

config resolved(std::vector<std::string> words, surroundings around = {}) {
  return resolve(parse_flags(std::move(words)), around);
}

}  // namespace

TEST_CASE("config: the defaults are the documented ones") {
  const auto plain = resolved({"u"});
  CHECK(plain.jobs == 32);
  CHECK(plain.per_host == 6);
  CHECK(plain.retry.retries == 5);
  CHECK(plain.dir == ".");
  CHECK(plain.on_conflict == conflict_policy::rename);
  CHECK(plain.slow->bytes_per_second == 1024);
  CHECK(plain.slow->over == 30s);
  CHECK(!plain.max_time);
  CHECK(plain.user_agent.starts_with("weft-get/"));
}

TEST_CASE("config: what to show depends on the terminal, unless it is said") {
  const surroundings screen{true, true};
  CHECK(resolved({"u"}, screen).show == display::bar);
  CHECK(resolved({"u"}).show == display::plain);
  CHECK(resolved({"u", "--json"}, screen).show == display::errors);
  CHECK(resolved({"u", "--json"}, {true, false}).show == display::bar);
  CHECK(resolved({"u", "-o", "-"}, screen).show == display::plain);
  CHECK(resolved({"u", "--progress", "plain"}, screen).show == display::plain);
  CHECK(resolved({"u", "--progress", "none"}, screen).show == display::errors);
  CHECK(resolved({"u", "-q", "--progress", "bar"}, screen).show == display::nothing);
}

TEST_CASE("config: a Retry-After may be as long as --max-time, at most ten minutes") {
  CHECK(resolved({"u"}).retry.longest_retry_after == 10min);
  CHECK(resolved({"u", "-m", "5"}).retry.longest_retry_after == 5s);
  CHECK(resolved({"u", "-m", "1h"}).retry.longest_retry_after == 10min);
}

TEST_CASE("config: a speed limit of zero switches the stall rule off") {
  CHECK(!resolved({"u", "--speed-limit", "0"}).slow);
  CHECK(!resolved({"u", "--speed-time", "0"}).slow);
}

TEST_CASE("config: headers are split and checked") {
  const auto headers = resolved({"u", "-H", "Accept:image/*", "-H", "X-Empty:", "-e", "http://r/"}).headers;
  REQUIRE(headers.size() == 3);
  CHECK(headers[0] == std::pair<std::string, std::string>{"Accept", "image/*"});
  CHECK(headers[1].second.empty());
  CHECK(headers[2].first == "Referer");
  for (const auto* bad :
       {"no colon", "Na me: x", ": x", "A: b\r\nEvil: c", "Content-Length: 5", "transfer-encoding: x"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(resolved({"u", "-H", bad}), usage_error);
  }
  CHECK_THROWS_AS(resolved({"u", "-A", "a\nb"}), usage_error);
}

TEST_CASE("config: contradictions are refused") {
  CHECK_THROWS_AS(resolved({}), usage_error);
  CHECK_THROWS_AS(resolved({"a", "b", "-o", "x"}), usage_error);
  CHECK_THROWS_AS(resolved({"a", "-i", "list", "-o", "x"}), usage_error);
  CHECK_THROWS_AS(resolved({"a", "-o", "-", "--json"}), usage_error);
  CHECK_THROWS_AS(resolved({"--demo", "u"}), usage_error);
  CHECK_NOTHROW(resolved({"--demo"}));
}

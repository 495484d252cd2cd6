#include <doctest/doctest.h>

#include "chat/addresses.hpp"
#include "chat/intake.hpp"
#include "chat/token_bucket.hpp"

using namespace weft::chat_app;
using namespace std::chrono_literals;
using testing::at;

namespace {

const weft::time_point origin{};

}  // namespace

TEST_CASE("bucket: a burst at once, then the rate") {
  token_bucket bucket(5, 3);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(origin));
  CHECK(!bucket.take(origin));
  CHECK(bucket.ready_at(origin) == origin + 200ms);
  CHECK(!bucket.take(origin + 199ms));
  CHECK(bucket.take(origin + 200ms));
  CHECK(bucket.ready_at(origin + 1h) == origin + 1h);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(origin + 1h));
  CHECK(!bucket.take(origin + 1h));
}

TEST_CASE("intake: the excess of one source is counted and told once a second, others are heard") {
  intake in;
  int shown = 0;
  for (int i = 0; i < 100; ++i) shown += in.admit(at(1), origin) ? 1 : 0;
  CHECK(shown == 40);
  CHECK(in.admit(at(2), origin));
  CHECK(in.summary(origin).empty());
  CHECK(in.next_summary() == origin + 1s);
  const auto told = in.summary(origin + 1s);
  REQUIRE(told.size() == 1);
  CHECK(told.front().from == at(1));
  CHECK(told.front().dropped == 60);
  CHECK(in.summary(origin + 2s).empty());
  CHECK(in.next_summary() == weft::time_point::max());
}

TEST_CASE("intake: forged sources beyond the limit share one bucket") {
  intake in({.rate = 20, .burst = 40, .max_sources = 10});
  int shown = 0;
  for (std::uint16_t port = 1; port <= 1000; ++port) shown += in.admit(at(port), origin) ? 1 : 0;
  CHECK(shown == 10 + 40);
  CHECK(in.admit(at(2000), origin + 10s));
}

TEST_CASE("intake: strangers are bounded together, those who were named are not") {
  intake in;
  int shown = 0;
  for (std::uint16_t port = 1; port <= 900; ++port) shown += in.admit_stranger(at(port), origin) ? 1 : 0;
  CHECK(shown == 400);
  CHECK(in.admit(at(5000), origin));
  const auto told = in.summary(origin + 1s);
  REQUIRE(told.size() == 9);
  CHECK(!told.back().from);
  std::size_t dropped = 0;
  for (const auto& one : told) dropped += one.dropped;
  CHECK(dropped == 500);
}

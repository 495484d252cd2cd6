#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>

#include "chat/intake.hpp"
#include "chat/token_bucket.hpp"

using namespace weft::chat_app;
using namespace std::chrono_literals;

namespace {

const weft::time_point start{};

endpoint at(std::uint16_t port) { return {boost::asio::ip::make_address("127.0.0.1"), port}; }

}  // namespace

TEST_CASE("bucket: a burst at once, then the rate") {
  token_bucket bucket(5, 3);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(start));
  CHECK(!bucket.take(start));
  CHECK(bucket.ready_at(start) == start + 200ms);
  CHECK(!bucket.take(start + 199ms));
  CHECK(bucket.take(start + 200ms));
  CHECK(bucket.ready_at(start + 1h) == start + 1h);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(start + 1h));
  CHECK(!bucket.take(start + 1h));
}

TEST_CASE("intake: the excess of one source is counted and told once a second, others are heard") {
  intake in;
  int shown = 0;
  for (int i = 0; i < 100; ++i) shown += in.admit(at(1), start) ? 1 : 0;
  CHECK(shown == 40);
  CHECK(in.admit(at(2), start));
  CHECK(in.summary(start).empty());
  CHECK(in.next_summary() == start + 1s);
  const auto told = in.summary(start + 1s);
  REQUIRE(told.size() == 1);
  CHECK(told.front().from == at(1));
  CHECK(told.front().dropped == 60);
  CHECK(in.summary(start + 2s).empty());
  CHECK(in.next_summary() == weft::time_point::max());
}

TEST_CASE("intake: forged sources beyond the limit share one bucket") {
  intake in({.rate = 20, .burst = 40, .max_sources = 10});
  int shown = 0;
  for (std::uint16_t port = 1; port <= 1000; ++port) shown += in.admit(at(port), start) ? 1 : 0;
  CHECK(shown == 10 + 40);
  CHECK(in.admit(at(2000), start + 10s));
}

TEST_CASE("intake: strangers are bounded together, those who were named are not") {
  intake in;
  int shown = 0;
  for (std::uint16_t port = 1; port <= 900; ++port) shown += in.admit_stranger(at(port), start) ? 1 : 0;
  CHECK(shown == 400);
  CHECK(in.admit(at(5000), start));
  const auto told = in.summary(start + 1s);
  REQUIRE(told.size() == 9);
  CHECK(!told.back().from);
  std::size_t dropped = 0;
  for (const auto& one : told) dropped += one.dropped;
  CHECK(dropped == 500);
}

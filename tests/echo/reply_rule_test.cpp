#include "echo/reply_rule.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace weft;
using namespace weft::echo_app;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t secret = 1;

net::udp_datagram from(const std::string& address, std::uint16_t port) {
  net::udp_datagram datagram;
  datagram.endpoint = net::udp_endpoint(net::parse_address(address).value(), port);
  return datagram;
}

}  // namespace

TEST_CASE("reply_rule: no reply to reserved ports, services that answer anything, or the server's own port") {
  reply_limits limits(secret);
  reply_rule rule(7007, limits);
  const time_point now(1h);
  for (const int number : {0, 7, 19, 53, 123, 1023, 1900, 5353, 11211, 7007}) {
    const auto port = static_cast<std::uint16_t>(number);
    CHECK(rule.decide(from("127.0.0.1", port), now) == reply::refused);
    CHECK(rule.decide(from("192.0.2.1", port), now) == reply::refused);
  }
  reply_rule elsewhere(9000, limits);
  CHECK(elsewhere.decide(from("127.0.0.1", 9000), now) == reply::refused);
  CHECK(elsewhere.decide(from("127.0.0.1", 7007), now) == reply::refused);  // another server, on its usual port
  CHECK(rule.decide(from("127.0.0.1", 1024), now) == reply::yes);
  CHECK(rule.decide(from("192.0.2.1", 40000), now) == reply::yes);
}

TEST_CASE("reply_rule: no reply to what was sent to many, nor to what was cut") {
  reply_limits limits(secret);
  reply_rule rule(7007, limits);
  const time_point now(1h);
  auto datagram = from("127.0.0.1", 40000);
  datagram.local = net::parse_address("192.0.2.7");
  CHECK(rule.decide(datagram, now) == reply::yes);
  datagram.truncated = true;
  CHECK(rule.decide(datagram, now) == reply::refused);
  datagram.truncated = false;
  datagram.to_many = true;
  CHECK(rule.decide(datagram, now) == reply::refused);
}

TEST_CASE("reply_rule: a source off the loopback gets its burst, then its rate; the loopback gets all") {
  reply_limits limits(secret);
  reply_rule rule(7007, limits);
  time_point now(1h);
  const auto count_replies = [&](int datagrams, duration apart) {
    int replies = 0;
    for (int i = 0; i < datagrams; ++i, now += apart) {
      replies += rule.decide(from("192.0.2.1", 40000), now) == reply::yes ? 1 : 0;
    }
    return replies;
  };
  CHECK(count_replies(500, 0ms) == 100);
  CHECK(rule.decide(from("192.0.2.1", 50000), now) == reply::limited);  // another port is the same source
  CHECK(rule.decide(from("198.51.100.9", 40000), now) == reply::yes);
  const int in_a_second = count_replies(1000, 1ms);
  CHECK(in_a_second >= 99);
  CHECK(in_a_second <= 101);
  for (int i = 0; i < 1000; ++i) CHECK(rule.decide(from("127.0.0.1", 40000), now) == reply::yes);
}

TEST_CASE("reply_rule: a network of IPv6 addresses is one source") {
  reply_limits limits(secret);
  reply_rule rule(7007, limits);
  const time_point now(1h);
  int replies = 0;
  for (int i = 1; i <= 500; ++i) {
    replies += rule.decide(from("2001:db8::" + std::to_string(i), 40000), now) == reply::yes ? 1 : 0;
  }
  CHECK(replies == 100);
  CHECK(rule.decide(from("2001:db8:0:1::1", 40000), now) == reply::yes);
}

TEST_CASE("reply_rule: many sources at once never get more than their share together") {
  reply_limits limits(secret);
  reply_rule rule(7007, limits);
  const time_point now(1h);
  const auto ask = [&](std::uint32_t host) {
    return rule.decide(from(boost::asio::ip::address_v4(0x0a000000U + host).to_string(), 40000), now) == reply::yes;
  };
  for (std::uint32_t host = 0; host < 20'000; ++host) static_cast<void>(ask(host));
  int replies = 0;
  for (int i = 0; i < 500; ++i) replies += ask(1) ? 1 : 0;
  CHECK(replies <= 99);
}

TEST_CASE("reply_limits: a source that floods takes nothing from any other") {
  for (const std::uint64_t each : {std::uint64_t{0}, secret, std::uint64_t{0x9e3779b97f4a7c15}}) {
    CAPTURE(each);
    reply_limits limits(each);
    time_point now(1h);
    const net::ip_address flooder = net::parse_address("192.0.2.1").value();
    int limited = 0;
    for (std::uint32_t host = 0; host < 20'000; ++host, now += 10ms) {
      while (limits.take(flooder, now)) {
      }
      limited += limits.take(boost::asio::ip::address_v4(0x0a000000U + host), now) ? 0 : 1;
    }
    CHECK(limited == 0);
  }
}

TEST_CASE("reply_limits: all sources together have a limit, and loops that share it have one") {
  reply_limits limits(secret);
  reply_rule one(7007, limits);
  reply_rule other(7007, limits);
  time_point now(1h);
  const auto count_replies = [&](std::uint32_t sources) {
    int replies = 0;
    for (std::uint32_t host = 0; host < sources; ++host) {
      const auto datagram = from(boost::asio::ip::address_v4(0x0a000000U + host % 5000).to_string(), 40000);
      replies += (host % 2 == 0 ? one : other).decide(datagram, now) == reply::yes ? 1 : 0;
    }
    return replies;
  };
  CHECK(count_replies(50'000) == 10'000);
  now += 100ms;
  CHECK(count_replies(50'000) == 1'000);
  CHECK(one.decide(from("127.0.0.1", 40000), now) == reply::yes);
  int of_one_source = 0;
  now += 10s;
  for (int i = 0; i < 400; ++i) {
    of_one_source += (i % 2 == 0 ? one : other).decide(from("192.0.2.1", 40000), now) == reply::yes ? 1 : 0;
  }
  CHECK(of_one_source == 100);
}

TEST_CASE("token_bucket: a clock that goes back a little takes nothing away") {
  token_bucket bucket(2);
  bucket.fill(time_point(10s), 1, 2);
  CHECK(bucket.take());
  bucket.fill(time_point(9s), 1, 2);
  CHECK(bucket.take());
  CHECK_FALSE(bucket.take());
  bucket.fill(time_point(10s + 500ms), 1, 2);
  CHECK_FALSE(bucket.take());
  bucket.fill(time_point(11s), 1, 2);
  CHECK(bucket.take());
}

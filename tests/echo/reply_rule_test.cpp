#include "echo/reply_rule.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace weft;
using namespace weft::echo_app;
using namespace std::chrono_literals;

namespace {

net::udp_datagram from(const std::string& address, std::uint16_t port) {
  net::udp_datagram datagram;
  datagram.endpoint = net::udp_endpoint(net::parse_address(address).value(), port);
  return datagram;
}

}  // namespace

TEST_CASE("reply_rule: no reply to reserved ports, services that answer anything, or the server's own port") {
  reply_rule rule(7007);
  const time_point now(1h);
  for (const int number : {0, 7, 19, 53, 123, 1023, 1900, 5353, 11211, 7007}) {
    const auto port = static_cast<std::uint16_t>(number);
    CHECK(rule.decide(from("127.0.0.1", port), now) == reply::refused);
    CHECK(rule.decide(from("192.0.2.1", port), now) == reply::refused);
  }
  CHECK(rule.decide(from("127.0.0.1", 1024), now) == reply::yes);
  CHECK(rule.decide(from("192.0.2.1", 40000), now) == reply::yes);
}

TEST_CASE("reply_rule: no reply to what was sent to many, nor to what was cut") {
  reply_rule rule(7007);
  const time_point now(1h);
  for (const char* address : {"255.255.255.255", "224.0.0.1", "239.1.2.3", "ff02::1"}) {
    auto datagram = from("127.0.0.1", 40000);
    datagram.local = net::parse_address(address);
    CHECK(rule.decide(datagram, now) == reply::refused);
  }
  auto datagram = from("127.0.0.1", 40000);
  datagram.local = net::parse_address("192.0.2.7");
  CHECK(rule.decide(datagram, now) == reply::yes);
  datagram.truncated = true;
  CHECK(rule.decide(datagram, now) == reply::refused);
}

TEST_CASE("reply_rule: a source off this host gets its burst, then its rate; this host gets all") {
  reply_rule rule(7007);
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
  reply_rule rule(7007);
  const time_point now(1h);
  int replies = 0;
  for (int i = 1; i <= 500; ++i) {
    replies += rule.decide(from("2001:db8::" + std::to_string(i), 40000), now) == reply::yes ? 1 : 0;
  }
  CHECK(replies == 100);
  CHECK(rule.decide(from("2001:db8:0:1::1", 40000), now) == reply::yes);
}

TEST_CASE("reply_rule: many sources at once never get more than their share together") {
  reply_rule rule(7007);
  const time_point now(1h);
  const auto ask = [&](std::uint32_t host) {
    return rule.decide(from(boost::asio::ip::address_v4(0x0a000000U + host).to_string(), 40000), now) == reply::yes;
  };
  for (std::uint32_t host = 0; host < 20'000; ++host) static_cast<void>(ask(host));
  int replies = 0;
  for (int i = 0; i < 500; ++i) replies += ask(1) ? 1 : 0;
  CHECK(replies <= 99);
}

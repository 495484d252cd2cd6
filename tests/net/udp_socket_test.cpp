#include <weft/net/udp_socket.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/interfaces.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "net/datagrams.hpp"
#include "net/ipv6.hpp"

using namespace weft;
using namespace datagrams;

TEST_CASE("udp_socket: a datagram arrives whole, with its sender") {
  testkit::run([]() -> task<> {
    auto near = net::udp_bind("127.0.0.1", 0);
    auto far = net::udp_bind("127.0.0.1", 0);
    const std::size_t sent = co_await near.send_to("hello", far.local_endpoint());
    CHECK(sent == 5);
    std::array<char, 100> buffer{};
    const auto got = co_await far.receive_from(buffer);
    CHECK(std::string(buffer.data(), got.size) == "hello");
    CHECK(got.endpoint == near.local_endpoint());
    CHECK_FALSE(got.truncated);
  });
}

TEST_CASE("udp_socket: what it receives is a size, an endpoint and whether it was cut") {
  testkit::run([]() -> task<> {
    auto socket = net::udp_bind("127.0.0.1", 0);
    co_await socket.send_to("to myself", socket.local_endpoint());
    std::array<char, 100> buffer{};
    const auto [size, endpoint, truncated] = co_await socket.receive_from(buffer);
    CHECK(size == 9);
    CHECK(endpoint == socket.local_endpoint());
    CHECK_FALSE(truncated);
  });
}

TEST_CASE("udp_socket: a datagram longer than the buffer is cut and says so; an empty one is a datagram") {
  testkit::run([]() -> task<> {
    auto near = net::udp_bind("127.0.0.1", 0);
    auto far = net::udp_bind("127.0.0.1", 0);
    co_await near.send_to("0123456789", far.local_endpoint());
    co_await near.send_to("", far.local_endpoint());
    co_await near.send_to("next", far.local_endpoint());
    std::array<char, 4> buffer{};
    const auto cut = co_await far.receive_from(buffer);
    CHECK(cut.size == 4);
    CHECK(cut.truncated);
    const auto empty = co_await far.receive_from(buffer);
    CHECK(empty.size == 0);
    CHECK_FALSE(empty.truncated);
    const auto next = co_await far.receive_from(buffer);
    CHECK(std::string(buffer.data(), next.size) == "next");
    CHECK_FALSE(next.truncated);
  });
}

TEST_CASE("udp_socket: a receive waits for a datagram that comes later") {
  testkit::run([]() -> task<> {
    auto near = net::udp_bind("127.0.0.1", 0);
    auto far = net::udp_bind("127.0.0.1", 0);
    const auto reader = spawn(receive_text, std::ref(far));
    co_await until_it_waits(near);
    CHECK_FALSE(reader.ready());
    co_await near.send_to("at last", far.local_endpoint());
    const std::string text = co_await reader;
    CHECK(text == "at last");
  });
}

namespace {

/// Calls `check(near, far, reader)` with a reader of `far` that waits: for its turn, then for the reactor.
template <class F>
task<> in_each_phase_of_a_receive(F check) {
  for (const bool in_reactor : {false, true}) {
    auto near = net::udp_bind("127.0.0.1", 0);
    auto far = net::udp_bind("127.0.0.1", 0);
    auto reader = spawn(receive_text, std::ref(far));
    co_await yield();
    if (in_reactor) co_await until_it_waits(near);
    co_await check(near, far, reader);
  }
}

}  // namespace

TEST_CASE("udp_socket: a killed receive takes no datagram, in whichever phase the kill finds it") {
  testkit::run([]() -> task<> {
    auto check = [](net::udp_socket& near, net::udp_socket& far, handle<std::string>& reader) -> task<> {
      co_await reader.kill_join();
      CHECK(reader.killed());
      co_await near.send_to("kept", far.local_endpoint());
      const std::string text = co_await receive_text(far);
      CHECK(text == "kept");
    };
    co_await in_each_phase_of_a_receive(check);
  });
}

TEST_CASE("udp_socket: closing ends a receive in either of its phases, and later operations fail") {
  testkit::run([]() -> task<> {
    auto check = [](net::udp_socket&, net::udp_socket& far, handle<std::string>& reader) -> task<> {
      far.close();
      far.close();
      co_await reader.join();
      CHECK(code_of(reader.error()) == boost::asio::error::operation_aborted);
      CHECK_FALSE(far.is_open());
      auto late = spawn(receive_text, std::ref(far));
      co_await late.join();
      CHECK(code_of(late.error()) == boost::asio::error::operation_aborted);
    };
    co_await in_each_phase_of_a_receive(check);
  });
}

TEST_CASE("udp_socket: a datagram that cannot be sent is an error that says why") {
  testkit::run([]() -> task<> {
    auto socket = net::udp_bind("127.0.0.1", 0);
    const std::string huge(66'000, 'x');
    boost::system::error_code told;
    std::string message;
    try {
      co_await socket.send_to(huge, socket.local_endpoint());
    } catch (const boost::system::system_error& error) {
      told = error.code();
      message = error.what();
    }
    CHECK(told == boost::asio::error::message_size);
    CHECK(message.starts_with("cannot send to '" + net::to_string(socket.local_endpoint()) + "': Message too long"));
    told = {};
    try {
      co_await socket.send_to("x", net::udp_endpoint(net::parse_address("127.0.0.1").value(), 0));
    } catch (const boost::system::system_error& error) {
      told = error.code();
    }
    CHECK(told == boost::asio::error::invalid_argument);
    co_await socket.send_to("still works", socket.local_endpoint());
    const std::string text = co_await receive_text(socket);
    CHECK(text == "still works");
  });
}

TEST_CASE("udp_bind: an address in use is an error that names it, a shared one is not") {
  testkit::run([]() -> task<> {
    const auto first = net::udp_bind("127.0.0.1", 0);
    const std::string name = "127.0.0.1:" + std::to_string(first.port());
    std::string told;
    try {
      const auto second = net::udp_bind("127.0.0.1", first.port());
    } catch (const boost::system::system_error& error) {
      told = error.what();
    }
    CHECK(told.starts_with("cannot bind to '" + name + "': Address already in use"));
    net::udp_options shared;
    shared.sharing = net::port_sharing::shared;
    const auto one = net::udp_bind("127.0.0.1", 0, shared);
    const auto two = net::udp_bind("127.0.0.1", one.port(), shared);
    CHECK(one.port() == two.port());
    CHECK_THROWS_AS((void)net::udp_bind("example.test", 0), boost::system::system_error);
    co_return;
  });
}

TEST_CASE("udp_socket: on both families, IPv4 peers have IPv4 addresses, and each peer is answered in its own" *
          doctest::skip(!has_ipv6())) {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.destination = true;
    auto both = net::udp_bind("", 0, options);
    for (const char* host : {"127.0.0.1", "::1"}) {
      auto peer = net::udp_bind(host, 0);
      const auto address = net::parse_address(host).value();
      co_await peer.send_to("question", net::udp_endpoint(address, both.port()));
      std::array<char, 100> buffer{};
      net::udp_destination destination;
      const auto got = co_await both.receive_from(buffer, destination);
      CHECK(got.endpoint == peer.local_endpoint());
      CHECK(destination.address == address);
      CHECK(destination.interface != 0);
      co_await both.send_to("answer", got.endpoint);
      const std::string text = co_await receive_text(peer);
      CHECK(text == "answer");
    }
  });
}

TEST_CASE("udp_socket: an answer can come from the address that was asked") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.destination = true;
    for (const char* any : {"0.0.0.0", ""}) {
      auto server = net::udp_bind(any, 0, options);
      auto client = net::udp_bind("127.0.0.1", 0);
      const net::udp_endpoint asked(net::parse_address("127.0.0.7").value(), server.port());
      client.connect(asked);  // takes datagrams of no one else
      co_await client.send_to("who are you?", asked);
      std::array<char, 100> buffer{};
      net::udp_destination destination;
      const auto got = co_await server.receive_from(buffer, destination);
      CHECK(destination.address == asked.address());
      co_await server.send_to("me", got.endpoint, destination.address);
      const std::string text = co_await receive_text(client);
      CHECK(text == "me");
    }
  });
}

TEST_CASE("udp_socket: broadcast needs its option") {
  testkit::run([]() -> task<> {
    auto plain = net::udp_bind("127.0.0.1", 0);
    const net::udp_endpoint everyone(net::parse_address("127.255.255.255").value(), plain.port());
    boost::system::error_code told;
    try {
      co_await plain.send_to("hello all", everyone);
    } catch (const boost::system::system_error& error) {
      told = error.code();
    }
    CHECK(told == boost::asio::error::access_denied);
  });
}

TEST_CASE("udp_socket: tells what was sent to all of a network from what was sent to it") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.broadcast = true;
    options.destination = true;
    const auto everyone = net::parse_address("127.255.255.255").value();
    const auto one = net::parse_address("127.0.0.9").value();
    for (const char* any : {"0.0.0.0", ""}) {
      auto socket = net::udp_bind(any, 0, options);
      auto sender = net::udp_bind("127.0.0.1", 0, options);
      for (const auto& address : {everyone, one}) {
        const net::udp_endpoint to(address, socket.port());
        co_await sender.send_to("hello", to);
        std::array<char, 100> buffer{};
        net::udp_destination destination;
        const auto got = co_await socket.receive_from(buffer, destination);
        CHECK(got.size == 5);
        CHECK(destination.address == address);
        CHECK(destination.to_many == (address == everyone));

        co_await sender.send_to("hello batch", to);
        net::udp_batch batch;
        co_await socket.receive_batch(batch);
        REQUIRE(batch.size() == 1);
        CHECK(batch[0].to_many == (address == everyone));
        const std::size_t sent = co_await socket.send_batch(batch);  // not from the address of all
        CHECK(sent == 1);
        const std::string text = co_await receive_text(sender);
        CHECK(text == "hello batch");
      }
    }
  });
}

TEST_CASE("udp_socket: a member of a multicast group gets its datagrams until it leaves") {
  const auto all = net::interface_addresses();
  const auto loopback = std::ranges::find_if(all, [](const auto& each) { return each.is_loopback; });
  REQUIRE(loopback != all.end());
  testkit::run([index = loopback->index]() -> task<> {
    const auto group = net::parse_address("239.255.70.71").value();
    auto member = net::udp_bind("0.0.0.0", 0);
    auto sender = net::udp_bind("127.0.0.1", 0);
    member.join(group, index);
    sender.set_multicast_interface(index);
    sender.set_multicast_hops(0);
    const net::udp_endpoint target(group, member.port());
    co_await sender.send_to("members only", target);
    const std::string text = co_await receive_text(member);
    CHECK(text == "members only");
    member.leave(group, index);
    CHECK_THROWS_AS(member.leave(group, index), boost::system::system_error);
  });
}

TEST_CASE("udp_socket: counts the datagrams that found its buffer full") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.receive_buffer = 4096;
    auto small = net::udp_bind("127.0.0.1", 0, options);
    auto sender = net::udp_bind("127.0.0.1", 0);
    for (int i = 0; i < 100; ++i) co_await sender.send_to(std::string(500, 'x'), small.local_endpoint());
    std::size_t received = 0;
    std::array<char, 500> buffer{};
    const auto drain = [&]() -> task<> {
      for (;;) {
        const auto got = co_await small.receive_from(buffer);
        ++received;
        if (got.size == 4) co_return;
      }
    };
    auto draining = spawn(drain);
    co_await until_it_waits(sender);
    co_await sender.send_to("last", small.local_endpoint());
    co_await draining;
    CHECK(received < 100);
    CHECK(small.dropped() == 101 - received);
    CHECK(small.receive_buffer() >= 4096);
  });
}

TEST_CASE("interface_addresses: the loopback is among them") {
  bool found = false;
  for (const auto& each : net::interface_addresses()) {
    if (each.address != net::parse_address("127.0.0.1").value()) continue;
    found = true;
    CHECK(each.is_loopback);
    CHECK(each.prefix == 8);
    CHECK(each.index != 0);
  }
  CHECK(found);
}

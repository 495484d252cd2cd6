#include <weft/net/udp_batch.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "net/datagrams.hpp"

using namespace weft;
using namespace datagrams;

namespace {

std::string text_of(const net::udp_datagram& datagram) {
  return {reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size()};
}

}  // namespace

TEST_CASE("udp_batch: takes what is there with one call, and goes back to its senders as it is") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.destination = true;
    for (const char* host : {"127.0.0.1", ""}) {
      auto server = net::udp_bind(host, 0, options);
      const net::udp_endpoint at(net::parse_address("127.0.0.1").value(), server.port());
      auto one = net::udp_bind("127.0.0.1", 0);
      auto two = net::udp_bind("127.0.0.1", 0);
      co_await one.send_to("first", at);
      co_await two.send_to("second", at);
      co_await one.send_to("", at);
      net::udp_batch batch;
      const std::size_t got = co_await server.receive_batch(batch);
      REQUIRE(got == 3);
      CHECK(text_of(batch[0]) == "first");
      CHECK(batch[0].endpoint == one.local_endpoint());
      CHECK(batch[1].endpoint == two.local_endpoint());
      CHECK(batch[1].local.value() == at.address());
      CHECK(batch[2].bytes.empty());
      const std::size_t sent = co_await server.send_batch(batch);
      CHECK(sent == 3);
      const std::string second = co_await receive_text(two);
      CHECK(second == "second");
      const std::string first = co_await receive_text(one);
      CHECK(first == "first");
    }
  });
}

TEST_CASE("udp_batch: waits for the first datagram; a kill takes none") {
  testkit::run([]() -> task<> {
    auto peer = net::udp_bind("127.0.0.1", 0);
    auto socket = net::udp_bind("127.0.0.1", 0);
    net::udp_batch batch;
    auto receive = [&]() -> task<std::size_t> { co_return co_await socket.receive_batch(batch); };
    auto killed = spawn(receive);
    co_await until_it_waits(peer);
    co_await killed.kill_join();
    CHECK(killed.killed());
    const auto reader = spawn(receive);
    co_await until_it_waits(peer);
    co_await peer.send_to("here", socket.local_endpoint());
    const std::size_t got = co_await reader;
    CHECK(got == 1);
    CHECK(text_of(batch[0]) == "here");
  });
}

TEST_CASE("udp_batch: is filled up to its slots, the rest comes with the next call, and what is too long is cut") {
  testkit::run([]() -> task<> {
    auto peer = net::udp_bind("127.0.0.1", 0);
    auto socket = net::udp_bind("127.0.0.1", 0);
    for (const char* text : {"a", "b", "long enough", "d", "e"}) co_await peer.send_to(text, socket.local_endpoint());
    net::udp_batch batch({.count = 3, .max_size = 4});
    const std::size_t first = co_await socket.receive_batch(batch);
    CHECK(first == 3);
    CHECK(text_of(batch[2]) == "long");
    CHECK(batch[2].truncated);
    CHECK_FALSE(batch[1].truncated);
    const std::size_t second = co_await socket.receive_batch(batch);
    CHECK(second == 2);
    CHECK(text_of(batch[0]) == "d");
    CHECK_FALSE(batch[0].truncated);
  });
}

TEST_CASE("udp_batch: runs of one size to one peer arrive as they were, in order") {
  testkit::run([]() -> task<> {
    net::udp_options roomy;
    roomy.receive_buffer = 1 << 20;
    auto peer = net::udp_bind("127.0.0.1", 0, roomy);
    auto socket = net::udp_bind("127.0.0.1", 0);
    net::udp_batch batch({.count = 200, .max_size = 1500});
    std::vector<std::string> expected;
    for (int i = 0; i < 150; ++i) {
      const std::size_t size = i % 50 == 49 ? 3 : 100 + 500 * static_cast<std::size_t>(i / 50);
      expected.push_back(std::string(size, static_cast<char>('a' + i % 26)));
      CHECK(batch.try_push(expected.back(), peer.local_endpoint()));
    }
    auto collect = [&]() -> task<std::vector<std::string>> {
      std::vector<std::string> all;
      for (std::size_t i = 0; i < expected.size(); ++i) all.push_back(co_await receive_text(peer));
      co_return all;
    };
    const auto reader = spawn(collect);
    const std::size_t sent = co_await socket.send_batch(batch);
    CHECK(sent == expected.size());
    const auto all = co_await reader;
    CHECK(all == expected);
  });
}

TEST_CASE("udp_batch: a socket that coalesces gives the same datagrams") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.coalesce = true;
    auto peer = net::udp_bind("127.0.0.1", 0, options);
    auto socket = net::udp_bind("127.0.0.1", 0);
    net::udp_batch out({.count = 40, .max_size = 1500});
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 40; ++i) {
      expected.push_back(std::string(i == 39 ? 7 : 1000, static_cast<char>('a' + i % 26)));
      CHECK(out.try_push(expected.back(), peer.local_endpoint()));
    }
    co_await socket.send_batch(out);
    std::vector<std::string> all;
    net::udp_batch in({.count = 4, .max_size = 65535});
    while (all.size() < expected.size()) {
      co_await peer.receive_batch(in);
      for (const auto& each : in) {
        all.push_back(text_of(each));
        CHECK(each.endpoint == socket.local_endpoint());
      }
    }
    CHECK(all == expected);
  });
}

TEST_CASE("udp_batch: of a run that was cut only the last piece says so") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.coalesce = true;
    auto peer = net::udp_bind("127.0.0.1", 0, options);
    auto socket = net::udp_bind("127.0.0.1", 0);
    net::udp_batch out({.count = 4, .max_size = 1000});
    for (int i = 0; i < 4; ++i) CHECK(out.try_push(std::string(1000, 'x'), peer.local_endpoint()));
    co_await socket.send_batch(out);
    net::udp_batch in({.count = 4, .max_size = 2500});
    co_await peer.receive_batch(in);
    for (const auto& each : in) CHECK(each.truncated == (each.bytes.size() < 1000));
  });
}

TEST_CASE("udp_batch: a run that one peer cannot get is told piece by piece, and others still get runs") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.coalesce = true;
    auto peer = net::udp_bind("127.0.0.1", 0, options);
    auto socket = net::udp_bind("127.0.0.1", 0);
    std::size_t refused = 0;
    socket.on_peer_error(
        [&refused](const net::udp_peer_error& told) { refused += told.payload.size() == 100 ? 1 : 0; });
    net::udp_batch in({.count = 1, .max_size = 65535});
    auto pieces_at_once = [&]() -> task<std::size_t> {
      net::udp_batch out({.count = 3});
      for (int i = 0; i < 3; ++i) CHECK(out.try_push(std::string(100, 'x'), peer.local_endpoint()));
      co_await socket.send_batch(out);
      const std::size_t first = co_await peer.receive_batch(in);
      for (std::size_t got = first; got < 3;) got += co_await peer.receive_batch(in);
      co_return first;
    };
    const std::size_t before = co_await pieces_at_once();
    for (const char* host : {"255.255.255.255", "127.0.0.1"}) {  // without its option; to no port
      const bool to_no_port = std::string(host) == "127.0.0.1";
      const net::udp_endpoint nobody(net::parse_address(host).value(), to_no_port ? 0 : 9);
      net::udp_batch out({.count = 5});
      for (int i = 0; i < 5; ++i) CHECK(out.try_push(std::string(100, 'x'), nobody));
      refused = 0;
      const std::size_t sent = co_await socket.send_batch(out);
      CHECK(sent == 0);
      CHECK(refused == 5);
      const std::size_t after = co_await pieces_at_once();
      CHECK(after == before);
    }
  });
}

TEST_CASE("udp_batch: holds as many as it has slots, of the size it has, until it is cleared") {
  const net::udp_endpoint to(net::parse_address("127.0.0.1").value(), 9);
  net::udp_batch batch({.count = 2, .max_size = 3});
  CHECK_FALSE(batch.try_push("long", to));
  CHECK(batch.try_push("one", to));
  CHECK(batch.try_push("two", to));
  CHECK_FALSE(batch.try_push("x", to));
  batch.remove_if([](const net::udp_datagram& each) { return text_of(each) == "one"; });
  REQUIRE(batch.size() == 1);
  CHECK(text_of(batch[0]) == "two");
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch.try_push("new", to));
  CHECK_THROWS_AS(net::udp_batch({.count = 0}), std::invalid_argument);
  CHECK_THROWS_AS(net::udp_batch({.count = 1, .max_size = 70'000}), std::invalid_argument);
}

TEST_CASE("udp_batch: a batch larger than the send buffer waits and goes on") {
  testkit::run([]() -> task<> {
    net::udp_options options;
    options.send_buffer = 4096;
    auto socket = net::udp_bind("127.0.0.1", 0, options);
    net::udp_options roomy;
    roomy.receive_buffer = 1 << 20;
    auto peer = net::udp_bind("127.0.0.1", 0, roomy);
    net::udp_batch batch({.count = 64, .max_size = 1500});
    for (std::size_t i = 0; i < 64; ++i) CHECK(batch.try_push(std::string(1400, 'x'), peer.local_endpoint()));
    std::size_t received = 0;
    auto collect = [&]() -> task<> {
      for (;;) {
        co_await receive_text(peer);
        ++received;
      }
    };
    auto reader = spawn(collect);
    const std::size_t sent = co_await socket.send_batch(batch);
    CHECK(sent == 64);
    while (received < 64) co_await yield();
    co_await reader.kill_join();
  });
}

#include <weft/tls/stream.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/scripted_peer.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "support.hpp"

using namespace weft;
using namespace std::chrono_literals;
using tls::error_kind;

using support::world;

TEST_CASE("tls::stream: what one side writes the other one reads, and only close_notify is 0") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    CHECK(near.version() == "TLSv1.3");
    CHECK(near.alpn() == "http/1.1");
    CHECK_FALSE(near.cipher().empty());
    co_await near.write_all("hello");
    std::string five(5, ' ');
    co_await far.read_exactly(five);
    CHECK(five == "hello");
    co_await far.write_all("line\nrest");
    far.close();
    std::string text;
    CHECK(co_await near.read_until(text, "\n") == 5);
    CHECK((text + co_await support::read_all(near)) == "line\nrest");
    CHECK(co_await near.read_some(five) == 0);
  });
}

TEST_CASE("tls::stream: large amounts arrive whole in both directions at once") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    std::string block(8 << 20, ' ');
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i * 2654435761U >> 13);
    auto send = [&block](tls::stream& over) -> task<> { co_await over.write_all(block); };
    auto take = [&block](tls::stream& from) -> task<bool> {
      std::string taken(block.size(), ' ');
      co_await from.read_exactly(taken);
      co_return taken == block;
    };
    const auto near_sends = spawn(send, std::ref(near));
    const auto far_sends = spawn(send, std::ref(far));
    const auto near_takes = spawn(take, std::ref(near));
    const auto far_takes = spawn(take, std::ref(far));
    co_await near_sends;
    co_await far_sends;
    CHECK(co_await near_takes);
    CHECK(co_await far_takes);
  });
}

TEST_CASE("tls::stream: a TCP stream that just ends is a truncation") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    co_await far.write_all("half");
    far.socket().close();
    auto read = [&near]() -> task<> { co_await support::read_all(near); };
    CHECK(co_await support::kind_of(read()) == error_kind::truncated);
  });
}

TEST_CASE("tls::stream: a reset stays the socket's error") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    far.socket().reset();
    boost::system::error_code code;
    try {
      co_await support::read_all(near);
    } catch (const boost::system::system_error& error) {
      code = error.code();
    }
    CHECK(code == boost::asio::error::connection_reset);
  });
}

TEST_CASE("tls::stream: the second connection to a host resumes the first one's session, each ticket once") {
  testkit::run([]() -> task<> {
    world w;
    // The peer of the cache is the host with its port, so that one listener serves all.
    auto listener = net::listen("127.0.0.1", 0);
    auto connect = [&](std::string host) -> task<bool> {
      auto near = co_await net::connect(listener.local_endpoint());
      auto accept = [&]() -> task<> {
        auto socket = co_await listener.accept();
        auto far = co_await tls::server_handshake(std::move(socket), w.server);
        co_await far.write_all("x");
        co_await far.shutdown();
      };
      const auto accepting = spawn(accept);
      auto stream = co_await tls::client_handshake(std::move(near), std::move(host), w.client);
      const bool resumed = stream.resumed();
      CHECK(co_await support::read_all(stream) == "x");
      stream.close();
      co_await accepting;
      co_return resumed;
    };
    CHECK_FALSE(co_await connect("a.test"));
    CHECK(co_await connect("a.test"));
    CHECK(co_await connect("a.test"));
    CHECK_FALSE(co_await connect("localhost"));
    CHECK(co_await connect("localhost"));
    w.client.add_ca_file(w.root.certificate_file);
    CHECK_FALSE(co_await connect("a.test"));
  });
}

TEST_CASE("tls::stream: a kill ends the handshake, a read, a write and a shutdown") {
  testkit::run([]() -> task<> {
    world w;
    testkit::scripted_peer silent{testkit::script()};
    auto handshake = [&]() -> task<> {
      auto socket = co_await net::connect(silent.endpoint());
      co_await tls::client_handshake(std::move(socket), "a.test", w.client);
    };
    const auto shaking = spawn(handshake);
    while (silent.connections() == 0 || silent.received().empty()) co_await sleep(1ms);
    co_await shaking.kill_join("test");
    CHECK(shaking.killed());

    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    auto read = [&near]() -> task<> { co_await support::read_all(near); };
    const auto reading = spawn(read);
    for (int i = 0; i < 5; ++i) co_await yield();
    co_await reading.kill_join("test");
    CHECK(reading.killed());
    co_await far.write_all("x");
    std::string one(1, ' ');
    CHECK(co_await near.read_exactly(one) == 1);

    auto write = [&near]() -> task<> {
      const std::string block(64 << 20, 'x');
      co_await near.write_all(block);
    };
    const auto writing = spawn(write);
    CHECK(co_await far.read_exactly(one) == 1);
    for (int i = 0; i < 5; ++i) co_await yield();
    co_await writing.kill_join("test");
    CHECK(writing.killed());
    auto write_again = [&near]() -> task<> { co_await near.write_all("more"); };
    CHECK(co_await support::kind_of(write_again()) == error_kind::protocol);
    near.close();

    auto other = co_await w.connect();
    auto end = [&other]() -> task<> { co_await other.near.shutdown(1h); };
    const auto ending = spawn(end);
    for (int i = 0; i < 5; ++i) co_await yield();
    CHECK_FALSE(ending.ready());
    co_await ending.kill_join("test");
    CHECK(ending.killed());
    CHECK_FALSE(other.near.is_open());
  });
}

TEST_CASE("tls::stream: a shutdown that both sides make ends cleanly, one that nobody answers in its time") {
  testkit::run([]() -> task<> {
    world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    auto end = [](tls::stream& stream) -> task<> { co_await stream.shutdown(1h); };
    const auto ending = spawn(end, std::ref(near));
    CHECK(co_await support::read_all(far) == "");
    co_await far.shutdown(1h);
    co_await ending;
    CHECK_FALSE(near.is_open());
    near.close();

    auto other = co_await w.connect();
    co_await other.near.shutdown(1ms);
    CHECK_FALSE(other.near.is_open());
  });
}

TEST_CASE("tls::stream: what was closed, or has failed, is not used again") {
  testkit::run([]() -> task<> {
    world w;
    auto closed = co_await w.connect();
    closed.near.close();
    auto read_closed = [&closed]() -> task<> { co_await support::read_all(closed.near); };
    auto write_closed = [&closed]() -> task<> { co_await closed.near.write_all("x"); };
    CHECK(co_await support::kind_of(read_closed()) == error_kind::protocol);
    CHECK(co_await support::kind_of(write_closed()) == error_kind::protocol);

    auto broken = co_await w.connect();
    co_await broken.far.socket().write_all("no TLS record at all");
    auto read_broken = [&broken]() -> task<> { co_await support::read_all(broken.near); };
    const auto first = co_await support::kind_of(read_broken());
    CHECK(first.has_value());
    CHECK(co_await support::kind_of(read_broken()) == error_kind::protocol);
    broken.near.close();
  });
}

TEST_CASE("tls::stream: an idle connection may be moved and destroyed") {
  testkit::run([]() -> task<> {
    world w;
    std::optional<support::tls_pair> pair;
    pair.emplace(co_await w.connect());
    tls::stream moved = std::move(pair->near);
    co_await moved.write_all("x");
    std::string one(1, ' ');
    CHECK(co_await pair->far.read_exactly(one) == 1);
    pair.reset();
    CHECK(moved.is_open());
  });
}

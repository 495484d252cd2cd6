#include <weft/tls/stream.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support.hpp"

using namespace weft;
using namespace std::chrono_literals;
using tls::error_kind;

namespace {

/// What lies between the two ends of a connection: carries bytes on until it is told to stop.
class wire {
 public:
  wire(net::tcp_socket to_client, net::tcp_socket to_server)
      : near_(std::move(to_client)), far_(std::move(to_server)) {}

  void start() {
    there_ = spawn(carry, std::ref(near_), std::ref(far_));
    back_ = spawn(carry, std::ref(far_), std::ref(near_));
  }
  task<> stop() {
    co_await there_.kill_join("test");
    co_await back_.kill_join("test");
  }
  /// What the server has sent since.
  task<std::string> take() {
    std::string bytes(64 * 1024, ' ');
    const std::size_t got = co_await far_.read_some(bytes);
    bytes.resize(got);
    co_return bytes;
  }
  [[nodiscard]] net::tcp_socket& near() noexcept { return near_; }

 private:
  static task<> carry(net::tcp_socket& from, net::tcp_socket& to) {
    std::string bytes(64 * 1024, ' ');
    while (const std::size_t got = co_await from.read_some(bytes))
      co_await to.write_all(std::string_view(bytes).substr(0, got));
  }

  net::tcp_socket near_;
  net::tcp_socket far_;
  handle<void> there_;
  handle<void> back_;
};

/// Two ends of a TLS connection with a wire between them that carries nothing any more.
struct cut_connection {
  support::world made;
  std::unique_ptr<wire> between;
  std::optional<tls::stream> near;
  std::optional<tls::stream> far;

  task<> connect() {
    auto left = co_await support::make_tcp_pair();
    auto right = co_await support::make_tcp_pair();
    between = std::make_unique<wire>(std::move(left.far), std::move(right.near));
    between->start();
    const auto accepting = spawn(tls::server_handshake, std::move(right.far), made.server);
    near.emplace(co_await tls::client_handshake(std::move(left.near), "a.test", made.client));
    far.emplace(co_await accepting);
    // Behind this everything of the handshake, the session tickets too, has arrived.
    co_await far->write_all("x");
    std::string one(1, ' ');
    co_await near->read_exactly(one);
    co_await between->stop();
  }
};

}  // namespace

TEST_CASE("tls::stream: has_input sees data and the end, but not session tickets") {
  testkit::run([]() -> task<> {
    support::world w;
    auto ends = co_await w.connect();
    [[maybe_unused]] auto& near = ends.near;
    [[maybe_unused]] auto& far = ends.far;
    CHECK_FALSE(near.has_input());
    co_await far.write_all("xy");
    co_await near.wait_readable();
    std::string one(1, ' ');
    co_await near.read_exactly(one);
    CHECK(near.has_input());
    co_await near.read_exactly(one);
    CHECK_FALSE(near.has_input());
    far.close();
    co_await near.wait_readable();
    CHECK(near.has_input());
  });
}

TEST_CASE("tls::stream: a part of a record is no input, and waiting for more does not spin on it") {
  testkit::run([]() -> task<> {
    cut_connection c;
    co_await c.connect();
    co_await c.far->write_all("hello");
    const std::string record = co_await c.between->take();
    REQUIRE(record.size() > 5);
    const std::array<std::size_t, 3> parts{3, 6, record.size() - 1};
    std::size_t sent = 0;
    for (const std::size_t part : parts) {
      CAPTURE(part);
      co_await c.between->near().write_all(std::string_view(record).substr(sent, part - sent));
      sent = part;
      CHECK_FALSE(c.near->has_input());
      auto wait = [&c]() -> task<> { co_await c.near->wait_readable(); };
      const auto waiting = spawn(wait);
      co_await sleep(1ms);
      CHECK_FALSE(waiting.ready());
      co_await waiting.kill_join("test");
    }
    co_await c.between->near().write_all(std::string_view(record).substr(record.size() - 1));
    co_await c.near->wait_readable();
    CHECK(c.near->has_input());
    co_await c.near->wait_readable();
    std::string text(5, ' ');
    co_await c.near->read_exactly(text);
    CHECK(text == "hello");
  });
}

TEST_CASE("tls::stream: a failure that has_input found is what the next read throws") {
  testkit::run([]() -> task<> {
    cut_connection c;
    co_await c.connect();
    co_await c.between->near().write_all("HTTP/1.1 400 Bad Request\r\n\r\n");
    co_await c.near->wait_readable();
    CHECK(c.near->has_input());
    CHECK(c.near->has_input());
    co_await c.near->wait_readable();
    auto read = [&c]() -> task<> { co_await support::read_all(*c.near); };
    CHECK(co_await support::kind_of(read()) == error_kind::not_tls);
    CHECK(co_await support::kind_of(read()) == error_kind::protocol);
  });
}

TEST_CASE("tls::stream: a shutdown that is killed, even before it begins, still tells the peer") {
  testkit::run([]() -> task<> {
    cut_connection c;
    co_await c.connect();
    c.between->start();
    auto end = [&c]() -> task<> {
      bool killed = false;
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
        killed = true;
      }
      CHECK(killed);
      co_await c.near->shutdown(1h);
    };
    const auto ending = spawn(end);
    co_await yield();
    co_await yield();
    co_await ending.kill_join("test");
    CHECK(ending.killed());
    CHECK_FALSE(c.near->is_open());
    CHECK(co_await support::read_all(*c.far) == "");
    co_await c.between->stop();
  });
}

#include <weft/net/serve.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>

#include "net/serving.hpp"

using namespace weft;
using namespace std::chrono_literals;
using namespace serving;

TEST_CASE("serve: when killed it takes no more connections and lets those in progress finish") {
  testkit::run([]() -> task<> {
    event begun;
    event go_on;
    auto slow = [&](net::tcp_socket socket) -> task<> {
      begun.set();
      co_await go_on.wait();
      co_await socket.write_all("done");
    };
    net::serve_options options;
    options.drain = 1h;
    const auto server = start(slow, options);
    auto socket = co_await net::connect(server.at);
    co_await begun.wait();
    server.task.kill("test");
    co_await yield();
    co_await yield();
    bool refused = false;
    try {
      const auto late = co_await net::connect(server.at);
    } catch (const net::connect_error&) {
      refused = true;
    }
    CHECK(refused);
    CHECK_FALSE(server.task.ready());
    go_on.set();
    std::string answer(4, ' ');
    co_await socket.read_exactly(answer);
    CHECK(answer == "done");
    co_await server.task.join();
    CHECK(server.task.killed());
  });
}

TEST_CASE("serve: handlers that outlast the drain are cancelled") {
  testkit::run([]() -> task<> {
    bool was_cancelled = false;
    event begun;
    auto stuck = [&](net::tcp_socket socket) -> task<> {
      begun.set();
      try {
        std::array<char, 1> one{};
        co_await socket.read_some(one);
      } catch (const cancelled&) {
        was_cancelled = true;
        throw;
      }
    };
    net::serve_options options;
    options.drain = 1ms;
    const auto server = start(stuck, options);
    const auto socket = co_await net::connect(server.at);
    co_await begun.wait();
    co_await server.task.kill_join("test");
    CHECK(server.task.killed());
    CHECK(was_cancelled);
  });
}

TEST_CASE("serve: the drain is kept also where the main task ends and the server is a task beside it") {
  bool finished = false;
  testkit::run([&finished]() -> task<> {
    event begun;
    auto slow = [&](net::tcp_socket socket) -> task<> {
      begun.set();
      co_await sleep(1ms);
      finished = socket.is_open();
    };
    net::serve_options options;
    options.drain = 1h;
    const auto server = start(slow, options);
    const auto socket = co_await net::connect(server.at);
    co_await begun.wait();
  });
  CHECK(finished);
}

TEST_CASE("serve: a connection that was accepted just before the kill is served") {
  testkit::run([]() -> task<> {
    bool served = false;
    auto note = [&](net::tcp_socket) -> task<> {
      served = true;
      co_return;
    };
    const auto server = start(note);
    const std::size_t before = open_descriptors();
    const auto socket = co_await net::connect(server.at);
    while (open_descriptors() == before + 1 && !served) co_await yield();
    co_await server.task.kill_join("test");
    CHECK(served);
  });
}

TEST_CASE("serve: a drain without end waits for the handlers") {
  testkit::run([]() -> task<> {
    event begun;
    event go_on;
    bool finished = false;
    auto slow = [&](net::tcp_socket) -> task<> {
      begun.set();
      co_await go_on.wait();
      finished = true;
    };
    net::serve_options options;
    options.drain = duration::max();
    const auto server = start(slow, options);
    const auto socket = co_await net::connect(server.at);
    co_await begun.wait();
    server.task.kill("test");
    co_await sleep(1ms);
    CHECK_FALSE(server.task.ready());
    go_on.set();
    co_await server.task.join();
    CHECK(server.task.killed());
    CHECK(finished);
  });
}

#include <weft/net/serve.hpp>

#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/descriptor_limit.hpp"
#include "net/serving.hpp"

using namespace weft;
using namespace serving;

TEST_CASE("serve: answers many connections at once") {
  testkit::run([]() -> task<> {
    const auto server = start(echo);
    std::vector<handle<std::string>> asking;
    for (int i = 0; i < 100; ++i) asking.push_back(spawn(ask, server.at, "message " + std::to_string(i)));
    for (int i = 0; i < 100; ++i) CHECK(co_await asking[static_cast<std::size_t>(i)] == "message " + std::to_string(i));
    co_await server.task.kill_join("test");
    CHECK(server.task.killed());
  });
}

TEST_CASE("serve: a handler that throws ends its connection and not the server") {
  testkit::run([]() -> task<> {
    auto fail_first = [count = 0](net::tcp_socket socket) mutable -> task<> {
      if (count++ == 0) throw std::runtime_error("handler failed on purpose");
      co_await echo(std::move(socket));
    };
    const auto server = start(fail_first);
    auto refused = co_await net::connect(server.at);
    std::array<char, 1> one{};
    CHECK(co_await refused.read_some(one) == 0);
    CHECK(co_await ask(server.at, "hello") == "hello");
    server.task.kill("test");
  });
}

TEST_CASE("serve: no more connections than allowed are served at once") {
  testkit::run([]() -> task<> {
    std::size_t running = 0;
    std::size_t most = 0;
    auto counted = [&](net::tcp_socket socket) -> task<> {
      most = std::max(most, ++running);
      co_await echo(std::move(socket));
      --running;
    };
    net::serve_options options;
    options.max_connections = 2;
    const auto server = start(counted, options);
    std::vector<handle<std::string>> asking;
    for (int i = 0; i < 10; ++i) asking.push_back(spawn(ask, server.at, std::string("x")));
    for (const auto& one : asking) CHECK(co_await one == "x");
    CHECK(most <= 2);
    server.task.kill("test");
  });
}

TEST_CASE("serve: while all places are taken not one connection more is accepted") {
  testkit::run([]() -> task<> {
    event begun;
    auto hold = [&](net::tcp_socket socket) -> task<> {
      begun.set();
      co_await echo(std::move(socket));
    };
    net::serve_options options;
    options.max_connections = 1;
    const auto server = start(hold, options);
    auto served = co_await net::connect(server.at);
    co_await begun.wait();
    const std::size_t before = open_descriptors();
    auto waiting = co_await net::connect(server.at);
    std::array<char, 1> one{};
    for (int turn = 0; turn < 10; ++turn) {
      co_await served.write_all("x");
      co_await served.read_exactly(one);
    }
    CHECK(open_descriptors() == before + 1);
    served.close();
    co_await waiting.write_all("x");
    CHECK(co_await waiting.read_exactly(one) == 1);
    server.task.kill("test");
  });
}

TEST_CASE("serve: room for no connection at all is refused") {
  testkit::run([]() -> task<> {
    net::serve_options options;
    options.max_connections = 0;
    const auto server = start(echo, options);
    co_await server.task.join();
    CHECK_THROWS_AS(std::rethrow_exception(server.task.error()), std::invalid_argument);
  });
}

TEST_CASE("serve: running out of descriptors only delays the connections that wait" *
          doctest::skip(needs_descriptors)) {
  testkit::run([]() -> task<> {
    const auto server = start(echo);
    auto socket = co_await net::connect(server.at);
    co_await socket.write_all("x");
    std::array<char, 1> one{};
    {
      auto waiting = net::tcp_socket::asio_socket(this_loop().get_executor());
      waiting.open(boost::asio::ip::tcp::v4());
      const descriptor_limit none(0);
      co_await waiting.async_connect(server.at, boost::asio::deferred);
      co_await socket.read_exactly(one);
      CHECK(one[0] == 'x');
    }
    CHECK(co_await ask(server.at, "again") == "again");
    server.task.kill("test");
  });
}

#include <weft/net/serve.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/connect.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>

using namespace weft;
using namespace std::chrono_literals;

namespace {

task<> echo(net::tcp_socket socket) {
  std::array<std::byte, 4096> buffer{};
  while (const std::size_t got = co_await socket.read_some(buffer))
    co_await socket.write_all(std::span(buffer).first(got));
}

task<std::string> ask(net::tcp_endpoint at, std::string text) {
  auto socket = co_await net::connect(at);
  co_await socket.write_all(text);
  socket.shutdown_write();
  std::string answer(text.size(), ' ');
  co_await socket.read_exactly(answer);
  co_return answer;
}

struct running_server {
  net::tcp_endpoint at;
  handle<void> task;
};

running_server start(net::connection_handler handler, net::serve_options options = {}) {
  auto listener = net::listen("127.0.0.1", 0);
  const auto at = listener.local_endpoint();
  return {at, spawn(net::serve, std::move(listener), std::move(handler), options)};
}

// The undefined-behaviour sanitizer opens a pipe for each of its checks, and takes a failure for a bad object.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define WEFT_TEST_NEEDS_DESCRIPTORS
#endif
#endif
#ifdef WEFT_TEST_NEEDS_DESCRIPTORS
constexpr bool needs_descriptors = true;
#else
constexpr bool needs_descriptors = false;
#endif

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

/// Lowers the limit of open descriptors to what is open already, for as long as it lives.
class no_descriptors_left {
 public:
  no_descriptors_left() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  no_descriptors_left(const no_descriptors_left&) = delete;
  no_descriptors_left& operator=(const no_descriptors_left&) = delete;
  ~no_descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("listen: names the port the system chose, and an address in use is an error that names it") {
  testkit::run([]() -> task<> {
    const auto listener = net::listen("127.0.0.1", 0);
    CHECK(listener.port() != 0);
    const std::string what =
        "cannot listen on '127.0.0.1:" + std::to_string(listener.port()) + "': Address already in use";
    std::string told;
    try {
      const auto second = net::listen("127.0.0.1", listener.port());
    } catch (const boost::system::system_error& error) {
      told = error.what();
    }
    CHECK(told.starts_with(what));
    CHECK_THROWS_AS((void)net::listen("example.test", 0), boost::system::system_error);
    co_return;
  });
}

TEST_CASE("listen: a shared port can be listened on twice, and no host means all addresses") {
  testkit::run([]() -> task<> {
    net::listen_options shared;
    shared.sharing = net::port_sharing::shared;
    const auto one = net::listen("127.0.0.1", 0, shared);
    const auto two = net::listen("127.0.0.1", one.port(), shared);
    CHECK(one.port() == two.port());
    auto any = net::listen("", 0);
    auto near = co_await net::connect("127.0.0.1", any.port());
    auto far = co_await any.accept();
    CHECK(far.remote_endpoint().port() == near.local_endpoint().port());
  });
}

TEST_CASE("listener: a kill ends accept, and closing ends it with an error") {
  testkit::run([]() -> task<> {
    auto listener = net::listen("127.0.0.1", 0);
    auto accept = [&listener]() -> task<> { co_await listener.accept(); };
    const auto first = spawn(accept);
    co_await yield();
    co_await yield();
    co_await first.kill_join("test");
    CHECK(first.killed());
    const auto second = spawn(accept);
    co_await yield();
    co_await yield();
    listener.close();
    listener.close();
    co_await second.join();
    CHECK(second.failed());
    CHECK_THROWS_AS(std::rethrow_exception(second.error()), boost::system::system_error);
  });
}

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
      const no_descriptors_left none;
      co_await waiting.async_connect(server.at, boost::asio::deferred);
      co_await socket.read_exactly(one);
      CHECK(one[0] == 'x');
    }
    CHECK(co_await ask(server.at, "again") == "again");
    server.task.kill("test");
  });
}

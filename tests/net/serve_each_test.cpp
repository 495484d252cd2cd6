#include <weft/net/serve.hpp>

#include <weft/core/run.hpp>
#include <weft/mt/event.hpp>
#include <weft/mt/loop_ref.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/serving.hpp"

using namespace weft;
using namespace std::chrono_literals;

namespace {

template <class F>
int run_on_three_loops(F body) {
  run_options options;
  options.threads = 3;
  return run(options, body);
}

net::listener listen_shared() {
  net::listen_options options;
  options.sharing = net::port_sharing::shared;
  return net::listen("127.0.0.1", 0, options);
}

task<> say_where(net::tcp_socket socket) { co_await socket.write_all(std::to_string(this_loop().index())); }

}  // namespace

TEST_CASE("serve_each: every loop gets connections, and a kill ends the servers of all") {
  std::set<std::string> answers;
  const int code = run_on_three_loops([&]() -> task<> {
    auto listener = listen_shared();
    const auto at = listener.local_endpoint();
    auto server = spawn(net::serve_each, std::move(listener), net::connection_handler(say_where), net::serve_options());
    for (int i = 0; i < 10'000 && answers.size() < 3; ++i) {
      auto socket = co_await net::connect(at);
      std::string answer(1, ' ');
      co_await socket.read_exactly(answer);
      answers.insert(answer);
    }
    co_await server.kill_join("enough");
    CHECK(server.killed());
    bool refused = false;
    try {
      const auto late = co_await net::connect(at);
    } catch (const net::connect_error&) {
      refused = true;
    }
    CHECK(refused);
  });
  CHECK(code == 0);
  CHECK(answers == std::set<std::string>{"0", "1", "2"});
}

TEST_CASE("serve_each: shutting down lets the connections of every loop finish") {
  std::atomic<int> finished = 0;
  const int code = run_on_three_loops([&]() -> task<> {
    std::atomic<int> begun = 0;
    mt::event go_on;
    auto slow = [&](net::tcp_socket socket) -> task<> {
      ++begun;
      co_await go_on.wait();
      co_await socket.write_all("x");
      ++finished;
    };
    auto listener = listen_shared();
    const auto at = listener.local_endpoint();
    net::serve_options options;
    options.drain = 1h;
    auto server = spawn(net::serve_each, std::move(listener), net::connection_handler(slow), options);
    constexpr int count = 30;
    auto ask = [&]() -> task<> {
      auto socket = co_await net::connect(at);
      std::string answer(1, ' ');
      co_await socket.read_exactly(answer);
    };
    std::vector<handle<>> clients;
    for (int i = 0; i < count; ++i) clients.push_back(spawn(ask));
    while (begun < count) co_await yield();
    server.kill();
    for (int i = 0; i < 10; ++i) co_await yield();
    CHECK_FALSE(server.ready());
    go_on.set();
    for (auto& each : clients) co_await each;
    co_await server.join();
  });
  CHECK(code == 0);
  CHECK(finished == 30);
}

TEST_CASE("serve_each: a listener that keeps its port for itself is refused") {
  const int code = run_on_three_loops([]() -> task<> {
    bool refused = false;
    try {
      co_await net::serve_each(net::listen("127.0.0.1", 0), say_where);
    } catch (const std::invalid_argument&) {
      refused = true;
    }
    CHECK(refused);
  });
  CHECK(code == 0);
}

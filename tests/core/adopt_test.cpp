#include <weft/core/asio.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace {

using namespace core_test;
namespace asio = boost::asio;
using weft::task;

asio::awaitable<void> wait(weft::duration length, bool* ended = nullptr) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  timer.expires_after(length);
  co_await timer.async_wait(asio::use_awaitable);
  if (ended != nullptr) *ended = true;
}

asio::awaitable<int> add(int a, int b) {
  co_await wait(10us);
  co_return a + b;
}

asio::awaitable<std::string> at_once() { co_return std::string("at once"); }

asio::awaitable<int> fails() {
  co_await wait(10us);
  throw std::runtime_error("from asio");
}

TEST_CASE("adopt: gives the result of a coroutine written for Asio, or rethrows its exception") {
  run_test([]() -> task<> {
    const int sum = co_await weft::adopt(add(1, 2));
    CHECK(sum == 3);
    const std::string text = co_await weft::adopt(at_once());
    CHECK(text == "at once");
    bool ended = false;
    co_await weft::adopt(wait(10us, &ended));
    CHECK(ended);
    const std::string failure = co_await outcome_of(weft::adopt(fails()));
    CHECK(failure == "from asio");
  });
}

TEST_CASE("adopt: a kill is passed on and the coroutine has ended when the task does") {
  run_simulated_test([]() -> task<> {
    bool ended = false;
    bool unwound = false;
    struct note {
      bool& flag;
      ~note() { flag = true; }
    };
    auto outer = [&]() -> asio::awaitable<void> {
      const note unwinding{unwound};
      co_await wait(24h, &ended);
    };
    auto body = [&]() -> task<> { co_await weft::adopt(outer()); };
    auto child = weft::spawn(body);
    co_await weft::sleep(1ms);
    co_await child.kill_join("stop");
    CHECK(weft::describe(child.error()) == "cancelled: stop");
    CHECK(unwound);
    CHECK_FALSE(ended);
  });
}

TEST_CASE("adopt: a kill before the coroutine has started, in the very first turn of the loop") {
  run_test([]() -> task<> {
    bool ended = false;
    auto body = [&]() -> task<> { co_await weft::adopt(wait(24h, &ended)); };
    auto child = weft::spawn(body);
    co_await weft::yield();
    child.kill("early");
    co_await child.join();
    CHECK(weft::describe(child.error()) == "cancelled: early");
    CHECK_FALSE(ended);
  });
}

TEST_CASE("adopt: a kill before a coroutine that never waits has started") {
  run_test([]() -> task<> {
    auto body = []() -> task<std::string> { co_return co_await weft::adopt(at_once()); };
    auto child = weft::spawn(body);
    co_await weft::yield();
    child.kill("early");
    co_await child.join();
    CHECK(child.killed());
  });
}

TEST_CASE("adopt: inside of timeout()") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> task<> { co_await weft::adopt(wait(24h)); };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, body));
    CHECK(outcome == "timed out");
  });
}

}  // namespace

#include <weft/sync/async_result.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using weft::async_result;
using weft::task;

TEST_CASE("async_result: every task that asks gets the value, before and after it was set") {
  weft::testkit::run([]() -> task<> {
    async_result<std::string> r;
    std::vector<std::string> got;
    auto get = [&]() -> task<> { got.push_back(co_await r.get()); };
    auto first = weft::spawn(get);
    auto second = weft::spawn(get);
    co_await weft::yield();
    CHECK_FALSE(r.ready());
    r.set("value");
    CHECK(r.ready());
    co_await weft::joinall(first, second);
    co_await get();
    CHECK(got == std::vector<std::string>(3, "value"));
  });
}

TEST_CASE("async_result: an error is thrown by every get") {
  weft::testkit::run([]() -> task<> {
    async_result<int> r;
    auto get = [&]() -> task<int> { co_return co_await r.get(); };
    auto waiting = weft::spawn(get);
    co_await weft::yield();
    r.set_error(std::make_exception_ptr(std::runtime_error("no such host")));
    co_await waiting.join();
    CHECK(weft::describe(waiting.error()) == "no such host");
    std::string again;
    try {
      static_cast<void>(co_await r.get());
    } catch (const std::runtime_error& error) {
      again = error.what();
    }
    CHECK(again == "no such host");
  });
}

TEST_CASE("async_result: is set once") {
  async_result<int> value;
  value.set(1);
  CHECK_THROWS_AS(value.set(2), std::logic_error);
  CHECK_THROWS_AS(value.set_error(std::make_exception_ptr(1)), std::logic_error);
  async_result<> nothing;
  CHECK_THROWS_AS(nothing.set_error(nullptr), std::logic_error);
  nothing.set();
  CHECK_THROWS_AS(nothing.set(), std::logic_error);
}

TEST_CASE("async_result: without a value it says that something has happened") {
  weft::testkit::run([]() -> task<> {
    async_result<> r;
    auto get = [&]() -> task<> { co_await r.get(); };
    auto waiting = weft::spawn(get);
    co_await weft::yield();
    CHECK_FALSE(waiting.ready());
    r.set();
    co_await waiting;
    co_await r.get();
  });
}

TEST_CASE("async_result: a value that can only be moved goes to the first") {
  weft::testkit::run([]() -> task<> {
    async_result<std::unique_ptr<int>> r;
    r.set(std::make_unique<int>(3));
    const auto value = co_await r.get();
    CHECK(*value == 3);
    bool refused = false;
    try {
      static_cast<void>(co_await r.get());
    } catch (const std::logic_error&) {
      refused = true;
    }
    CHECK(refused);
  });
}

TEST_CASE("async_result: kill and set in the same turn, in both orders: the value stays, the waiter is killed") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      async_result<int> r;
      int got = 0;
      auto get = [&]() -> task<> {
        got = co_await r.get();
        co_await weft::yield();
      };
      auto killed = weft::spawn(get);
      auto other = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) killed.kill();
      r.set(6);
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      co_await other;
      CHECK(got == 6);
      const int again = co_await r.get();
      CHECK(again == 6);
    }
  });
}

TEST_CASE("async_result: an error that no one got is reported") {
  std::vector<std::string> reported;
  weft::run_options options;
  options.on_unhandled = [&](std::string_view name, const std::exception_ptr& error) {
    reported.push_back(std::string(name) + ": " + weft::describe(error));
  };
  auto body = []() -> task<> {
    async_result<int> r("lookup");
    r.set_error(std::make_exception_ptr(std::runtime_error("no such host")));
    co_return;
  };
  CHECK(weft::run(options, body) == 1);
  CHECK(reported == std::vector<std::string>{"lookup: no such host"});
}

}  // namespace

#include <weft/mt/queue.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/mt/spawn_on.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace mt_test;
using weft::mt::queue;

TEST_CASE("mt::queue: first in, first out, between loops, with back-pressure") {
  run_test_on(2, []() -> task<> {
    queue<int> items(3);
    auto produce = [&]() -> task<> {
      for (int i = 0; i < 100; ++i) co_await items.put(i);
      items.close();
    };
    auto producer = weft::spawn_on(1, produce);
    int expected = 0;
    while (true) {
      const auto item = co_await items.next();
      if (!item) break;
      CHECK(*item == expected++);
      CHECK(items.size() <= 3);
    }
    CHECK(expected == 100);
    co_await producer;
  });
}

TEST_CASE("mt::queue: threads put and get, too") {
  run_test_on(1, []() -> task<> {
    queue<std::unique_ptr<int>> to(1);
    queue<std::unique_ptr<int>> from(1);
    std::thread thread([&] {
      while (auto item = to.next_blocking()) from.put_blocking(std::move(*item));
      from.close();
    });
    for (int i = 0; i < 100; ++i) {
      co_await to.put(std::make_unique<int>(i));
      const auto back = co_await from.get();
      CHECK(*back == i);
    }
    to.close();
    const auto end = co_await from.next();
    CHECK_FALSE(end.has_value());
    thread.join();
  });
}

TEST_CASE("mt::queue: without waiting") {
  queue<std::unique_ptr<int>> items(1);
  CHECK_FALSE(items.try_get().has_value());
  auto first = std::make_unique<int>(1);
  CHECK(items.try_put(std::move(first)));
  CHECK(items.full());
  auto second = std::make_unique<int>(2);
  CHECK_FALSE(items.try_put(std::move(second)));
  CHECK(second != nullptr);
  CHECK(**items.try_get() == 1);
  CHECK(items.empty());
  CHECK(items.capacity() == 1);
  CHECK_THROWS_AS(queue<int>(0), std::invalid_argument);
}

TEST_CASE("mt::queue: closed, it drains; those that wait are told") {
  run_test_on(1, []() -> task<> {
    queue<int> items(2, "jobs");
    CHECK(items.try_put(1));
    CHECK(items.try_put(2));
    auto put = [&]() -> task<> { co_await items.put(3); };
    auto putter = weft::spawn(put);
    co_await weft::yield();
    items.close();
    items.close();
    const auto put_saw = co_await outcome_of(putter);
    CHECK(put_saw == "the queue 'jobs' is closed");
    CHECK_FALSE(items.try_put(4));
    const int first = co_await items.get();
    const auto second = co_await items.next();
    CHECK(first == 1);
    CHECK(second == 2);
    const auto third = co_await items.next();
    CHECK_FALSE(third.has_value());
    const auto get_saw = co_await outcome_of(items.get());
    CHECK(get_saw == "the queue 'jobs' is closed");
  });
}

TEST_CASE("mt::queue: closing wakes getters of every loop and of threads") {
  run_test_on(2, []() -> task<> {
    queue<int> items(1);
    auto get = [&]() -> task<bool> {
      const auto item = co_await items.next();
      co_return item.has_value();
    };
    auto here = weft::spawn(get);
    auto there = weft::spawn_on(1, get);
    std::thread thread([&] { CHECK_THROWS_AS(static_cast<void>(items.get_blocking()), weft::queue_closed); });
    co_await weft::yield();
    items.close();
    const bool got_here = co_await here;
    const bool got_there = co_await there;
    CHECK_FALSE(got_here);
    CHECK_FALSE(got_there);
    thread.join();
  });
}

TEST_CASE("mt::queue: hand-over and kill in one turn: the item is kept, or stays in the queue") {
  run_test_on(1, []() -> task<> {
    queue<int> items(1);
    std::optional<int> got;
    auto get = [&]() -> task<> {
      got = co_await items.get();
      co_await weft::yield();
    };
    auto child = weft::spawn(get);
    co_await weft::yield();
    CHECK(items.try_put(1));
    child.kill();
    co_await child.join();
    CHECK(got == 1);
    got.reset();
    child = weft::spawn(get);
    co_await weft::yield();
    child.kill();
    CHECK(items.try_put(2));
    co_await child.join();
    CHECK_FALSE(got.has_value());
    CHECK(items.try_get() == 2);
  });
}

TEST_CASE("mt::queue: a killed putter has not put") {
  run_test_on(1, []() -> task<> {
    queue<int> items(1);
    CHECK(items.try_put(1));
    auto put = [&]() -> task<> { co_await items.put(2); };
    auto child = weft::spawn(put);
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(items.try_get() == 1);
    CHECK_FALSE(items.try_get().has_value());
  });
}

}  // namespace

#include <weft/mt/queue.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/mt/spawn_on.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace {

using namespace mt_test;
using weft::mt::queue;

constexpr int per_producer = 2000;

/// What came out, in the order in which it came to one consumer.
using harvest = std::vector<int>;

/// Every item exactly once.
void check_complete(const std::vector<harvest>& harvests, int producers) {
  harvest all;
  for (const auto& each : harvests) all.insert(all.end(), each.begin(), each.end());
  std::ranges::sort(all);
  harvest expected(static_cast<std::size_t>(producers * per_producer));
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(all == expected);
}

task<> produce(queue<int>& items, int number) {
  for (int i = 0; i < per_producer; ++i) co_await items.put(number * per_producer + i);
}

task<> consume(queue<int>& items, harvest& into) {
  for (;;) {
    const auto item = co_await items.next();
    if (!item) co_return;
    into.push_back(*item);
  }
}

TEST_CASE("mt::queue: producers and consumers on four loops and two threads lose nothing") {
  queue<int> items(8);
  std::vector<harvest> harvests(5);
  run_test_on(4, [&]() -> task<> {
    std::vector<weft::mt::handle<>> consumers;
    std::vector<weft::mt::handle<>> producers;
    for (std::size_t i = 0; i < 4; ++i) {
      consumers.push_back(weft::spawn_on(i, consume, std::ref(items), std::ref(harvests[i])));
      producers.push_back(weft::spawn_on(3 - i, produce, std::ref(items), static_cast<int>(i)));
    }
    std::thread putter([&] {
      for (int i = 0; i < per_producer; ++i) items.put_blocking(4 * per_producer + i);
    });
    std::thread getter([&] {
      while (auto item = items.next_blocking()) harvests[4].push_back(*item);
    });
    for (auto& each : producers) co_await each;
    std::thread closer([&] {
      putter.join();
      items.close();
    });
    for (auto& each : consumers) co_await each;
    closer.join();
    getter.join();
  });
  check_complete(harvests, 5);
}

/// Gets items in short-lived tasks that are killed at any moment, until the queue is closed and empty.
task<> consume_while_dying(queue<int>& items, harvest& into) {
  bool ended = false;
  auto get = [&]() -> task<> {
    const auto item = co_await items.next();
    item ? into.push_back(*item) : static_cast<void>(ended = true);
  };
  int round = 0;
  while (!ended) {
    auto child = weft::spawn(get);
    for (int i = 0; i < round % 4; ++i) co_await weft::yield();
    child.kill();
    co_await child.join();
    if (round++ % 8 == 0) co_await get();
  }
}

/// Puts items in tasks that are killed at any moment, until each has gone in.
task<> produce_while_dying(queue<int>& items, int number) {
  for (int i = 0; i < per_producer; ++i) {
    bool put = false;
    auto try_it = [&]() -> task<> {
      co_await items.put(number * per_producer + i);
      put = true;
    };
    int round = 0;
    while (!put) {
      auto child = weft::spawn(try_it);
      for (int turn = 0; turn < round % 4; ++turn) co_await weft::yield();
      ++round;
      child.kill();
      co_await child.join();
    }
  }
}

TEST_CASE("mt::queue: kills that race with hand-overs from other loops neither lose nor double an item") {
  queue<int> items(2);
  std::vector<harvest> harvests(4);
  run_test_on(4, [&]() -> task<> {
    std::vector<weft::mt::handle<>> consumers;
    std::vector<weft::mt::handle<>> producers;
    for (std::size_t i = 0; i < 4; ++i) {
      consumers.push_back(weft::spawn_on(i, consume_while_dying, std::ref(items), std::ref(harvests[i])));
      if (i % 2 == 0)
        producers.push_back(weft::spawn_on(i, produce_while_dying, std::ref(items), static_cast<int>(i / 2)));
    }
    for (auto& each : producers) co_await each;
    items.close();
    for (auto& each : consumers) co_await each;
  });
  check_complete(harvests, 2);
}

TEST_CASE("mt::queue: kills from another loop race with hand-overs") {
  queue<int> items(1);
  std::vector<harvest> harvests(1);
  run_test_on(3, [&]() -> task<> {
    auto producer = weft::spawn_on(1, produce, std::ref(items), 0);
    bool closed = false;
    auto get = [&]() -> task<> {
      const auto item = co_await items.next();
      if (item) harvests[0].push_back(*item);
      if (!item) closed = true;
    };
    auto close = [&]() -> task<> {
      co_await producer.join();
      items.close();
    };
    auto closer = weft::spawn_on(0, close);
    while (!closed) {
      auto child = weft::spawn_on(2, get);
      auto last = child;
      last.kill();
      co_await child.join();
      if (child.killed()) co_await weft::spawn_on(2, get);
    }
    co_await closer;
  });
  check_complete(harvests, 1);
}

}  // namespace

#include <weft/sync/broadcast.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using weft::broadcast;
using weft::task;

/// Takes all that comes until the broadcast is closed.
task<std::vector<int>> collect(broadcast<int>::subscription from) {
  std::vector<int> seen;
  while (const auto item = co_await from.next()) seen.push_back(*item);
  co_return seen;
}

TEST_CASE("broadcast: every subscriber gets every item that is put after it has begun, in order") {
  weft::testkit::run([]() -> task<> {
    broadcast<int> b(2);
    co_await b.put(0);
    auto first = weft::spawn(collect, b.subscribe());
    co_await b.put(1);
    auto second = weft::spawn(collect, b.subscribe());
    CHECK(b.subscribers() == 2);
    for (int i = 2; i < 6; ++i) co_await b.put(i);
    b.close();
    b.close();
    const auto seen_first = co_await first;
    const auto seen_second = co_await second;
    CHECK(seen_first == std::vector{1, 2, 3, 4, 5});
    CHECK(seen_second == std::vector{2, 3, 4, 5});
    CHECK(b.subscribers() == 0);
  });
}

TEST_CASE("broadcast: put waits for the slowest subscriber, and goes on when that takes an item or leaves") {
  weft::testkit::run([]() -> task<> {
    broadcast<int> b(1);
    auto slow = b.subscribe();
    auto fast = b.subscribe();
    co_await b.put(1);
    CHECK_FALSE(b.try_put(2));
    int put_done = 0;
    auto put = [&](int n) -> task<> {
      co_await b.put(n);
      ++put_done;
    };
    auto second = weft::spawn(put, 2);
    auto third = weft::spawn(put, 3);
    const auto from_fast = co_await fast.next();
    CHECK(from_fast == 1);
    co_await weft::yield();
    CHECK(put_done == 0);
    const auto from_slow = co_await slow.next();
    CHECK(from_slow == 1);
    co_await second;
    CHECK(put_done == 1);
    CHECK(fast.size() == 1);
    const auto next_fast = co_await fast.next();
    CHECK(next_fast == 2);
    slow = {};
    co_await third;
    const auto last = co_await fast.next();
    CHECK(last == 3);
    CHECK(fast.size() == 0);
  });
}

TEST_CASE("broadcast: publish does not wait; who was too slow is told how much it has missed") {
  weft::testkit::run([]() -> task<> {
    broadcast<int> b(2);
    auto slow = b.subscribe();
    auto fast = b.subscribe();
    for (int i = 0; i < 5; ++i) {
      b.publish(i);
      const auto item = co_await fast.next();
      CHECK(item == i);
    }
    CHECK(slow.size() == 2);
    std::uint64_t missed = 0;
    std::string text;
    try {
      static_cast<void>(co_await slow.next());
    } catch (const weft::lagged& error) {
      missed = error.missed();
      text = error.what();
    }
    CHECK(missed == 3);
    CHECK(text == "missed 3 items");
    const auto oldest = co_await slow.next();
    CHECK(oldest == 3);
    b.publish(5);
    b.publish(6);
    slow = {};
    const auto five = co_await fast.next();
    CHECK(five == 5);
  });
}

TEST_CASE("broadcast: without subscribers items are dropped; closed, puts are refused and what is there is drained") {
  weft::testkit::run([]() -> task<> {
    broadcast<std::string> b(1, "news");
    for (int i = 0; i < 3; ++i) co_await b.put("nobody listens");
    auto s = b.subscribe();
    co_await b.put("a");
    bool refused = false;
    auto put = [&]() -> task<> {
      try {
        co_await b.put("b");
      } catch (const weft::queue_closed&) {
        refused = true;
      }
    };
    auto waiting = weft::spawn(put);
    co_await weft::yield();
    b.close();
    co_await waiting;
    CHECK(refused);
    CHECK_FALSE(b.try_put("c"));
    CHECK_THROWS_WITH_AS(b.publish("c"), "the broadcast 'news' is closed", weft::queue_closed);
    const auto last = co_await s.next();
    CHECK(last == "a");
    const auto end = co_await s.next();
    CHECK_FALSE(end);
    CHECK_THROWS_AS(broadcast<int>(0), std::invalid_argument);
  });
}

TEST_CASE("broadcast: kill and put in the same turn, in both orders: the item is taken, or still there") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      broadcast<int> b(1);
      auto s = b.subscribe();
      int got = 0;
      auto take = [&]() -> task<> {
        got = (co_await s.next()).value_or(-1);
        co_await weft::yield();
      };
      auto killed = weft::spawn(take);
      co_await weft::yield();
      if (kill_first) killed.kill();
      CHECK(b.try_put(7));
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      CHECK(got == (kill_first ? 0 : 7));
      CHECK(s.size() == (kill_first ? 1U : 0U));
    }
  });
}

TEST_CASE("broadcast: kill and room in the same turn, in both orders: the item went in, or its put threw") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      broadcast<int> b(1);
      auto s = b.subscribe();
      co_await b.put(1);
      bool put_done = false;
      auto put = [&]() -> task<> {
        co_await b.put(2);
        put_done = true;
      };
      auto killed = weft::spawn(put);
      co_await weft::yield();
      if (kill_first) killed.kill();
      const auto first = co_await s.next();
      CHECK(first == 1);
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(put_done == !kill_first);
      CHECK(s.size() == (kill_first ? 0U : 1U));
    }
  });
}

TEST_CASE("broadcast: subscribers that stay see everything in order, whoever else comes, goes or is killed") {
  std::mt19937 random(23);
  weft::testkit::run([&]() -> task<> {
    for (int round = 0; round < 200; ++round) {
      broadcast<int> b(1 + random() % 3);
      auto stay = weft::spawn(collect, b.subscribe());
      auto produce = [&]() -> task<> {
        for (int i = 0; i < 40; ++i) co_await b.put(i);
        b.close();
      };
      auto producer = weft::spawn(produce);
      std::vector<weft::handle<std::vector<int>>> others;
      while (!producer.ready()) {
        if (random() % 2 == 0) others.push_back(weft::spawn(collect, b.subscribe()));
        if (random() % 2 == 0 && !others.empty()) others[random() % others.size()].kill();
        co_await weft::yield();
      }
      const auto seen = co_await stay;
      REQUIRE(seen.size() == 40);
      for (auto& other : others) {
        co_await other.join();
        if (!other.ok()) continue;
        const auto tail = co_await other;
        for (std::size_t i = 0; i < tail.size(); ++i) REQUIRE(tail[tail.size() - 1 - i] == 39 - static_cast<int>(i));
      }
      CHECK(b.subscribers() == 0);
    }
  });
}

}  // namespace

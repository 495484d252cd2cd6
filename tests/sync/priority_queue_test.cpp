#include <weft/sync/priority_queue.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using weft::priority_queue;
using weft::task;

struct job {
  int priority = 0;
  std::string name;
  bool operator<(const job& other) const { return priority < other.priority; }
};

TEST_CASE("priority_queue: gives the smallest item first, whatever the order of the puts") {
  weft::testkit::run([]() -> task<> {
    priority_queue<int> q(8);
    for (const int n : {5, 1, 4, 2, 3}) co_await q.put(n);
    for (int n = 1; n <= 5; ++n) {
      const int item = co_await q.get();
      CHECK(item == n);
    }
  });
}

TEST_CASE("priority_queue: equal items come out in the order in which they were put") {
  weft::testkit::run([]() -> task<> {
    priority_queue<job> q(weft::unbounded);
    for (int i = 0; i < 20; ++i) CHECK(q.try_put(job{i % 2, std::to_string(i)}));
    std::string order;
    while (const auto item = q.try_get()) order += item->name + " ";
    CHECK(order == "0 2 4 6 8 10 12 14 16 18 1 3 5 7 9 11 13 15 17 19 ");
    co_return;
  });
}

TEST_CASE("priority_queue: the order can be given, and items need only be movable") {
  weft::testkit::run([]() -> task<> {
    priority_queue<int, std::greater<int>> largest_first(3);
    for (const int n : {1, 3, 2}) co_await largest_first.put(n);
    CHECK(largest_first.try_get() == 3);
    auto by_value = [](const auto& a, const auto& b) { return *a < *b; };
    priority_queue<std::unique_ptr<int>, decltype(by_value)> q(2, by_value);
    co_await q.put(std::make_unique<int>(2));
    co_await q.put(std::make_unique<int>(1));
    const auto item = co_await q.get();
    CHECK(*item == 1);
  });
}

TEST_CASE("priority_queue: a put that waited for room takes part in the order once it is in") {
  weft::testkit::run([]() -> task<> {
    priority_queue<int> q(2);
    co_await q.put(5);
    co_await q.put(7);
    auto put = [&](int n) -> task<> { co_await q.put(n); };
    auto first = weft::spawn(put, 6);
    auto second = weft::spawn(put, 1);
    co_await weft::yield();
    CHECK(q.try_get() == 5);
    CHECK(q.try_get() == 6);
    co_await weft::joinall(first, second);
    CHECK(q.try_get() == 1);
    CHECK(q.try_get() == 7);
  });
}

TEST_CASE("priority_queue: kill and put in the same turn, in both orders: the item is not lost") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      priority_queue<int> q(2);
      int got = 0;
      auto get = [&]() -> task<> { got = co_await q.get(); };
      auto getter = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) getter.kill();
      CHECK(q.try_put(9));
      if (!kill_first) getter.kill();
      co_await getter.join();
      CHECK(got + q.try_get().value_or(0) == 9);
    }
  });
}

}  // namespace

#include <weft/sync/latch.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace {

using weft::latch;
using weft::task;

TEST_CASE("latch: waiters go on when the count is zero, in the order in which they came; later ones do not wait") {
  weft::testkit::run([]() -> task<> {
    latch l(3);
    std::vector<int> woken;
    auto wait = [&](int n) -> task<> {
      co_await l.wait();
      woken.push_back(n);
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(weft::spawn(wait, i));
    co_await weft::yield();
    l.count_down();
    co_await weft::yield();
    CHECK(woken.empty());
    CHECK_FALSE(l.try_wait());
    l.count_down(2);
    CHECK(l.try_wait());
    co_await weft::joinall(handles);
    CHECK(woken == std::vector{0, 1, 2});
    co_await l.wait();
    latch none(0);
    co_await none.wait();
  });
}

TEST_CASE("latch: counted down below zero, it throws and the count stays") {
  latch l(2);
  CHECK_THROWS_AS(l.count_down(3), std::logic_error);
  l.count_down(2);
  CHECK(l.try_wait());
  CHECK_THROWS_AS(l.count_down(), std::logic_error);
}

TEST_CASE("latch: arrive_and_wait counts itself, and the latch may end once the count is zero") {
  weft::testkit::run([]() -> task<> {
    auto l = std::make_unique<latch>(3U);
    auto body = [](latch& counted) -> task<> { co_await counted.arrive_and_wait(); };
    auto first = weft::spawn(body, std::ref(*l));
    auto second = weft::spawn(body, std::ref(*l));
    co_await weft::yield();
    l->count_down();
    l.reset();
    co_await weft::joinall(first, second);
    CHECK(first.ok());
  });
}

TEST_CASE("latch: kill and the last count in the same turn, in both orders: the waiter ends as killed") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      latch l(1);
      bool waited = false;
      auto body = [&]() -> task<> {
        co_await l.wait();
        waited = true;
        co_await weft::yield();
      };
      auto killed = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) killed.kill();
      l.count_down();
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      CHECK(waited == !kill_first);
    }
  });
}

}  // namespace

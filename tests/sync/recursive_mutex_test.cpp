#include <weft/sync/recursive_mutex.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

namespace {

using weft::recursive_mutex;
using weft::task;

TEST_CASE("recursive_mutex: the holder may lock it again; free when every guard is gone") {
  weft::testkit::run([]() -> task<> {
    recursive_mutex m;
    int others = 0;
    auto other = [&]() -> task<> {
      CHECK_FALSE(static_cast<bool>(m.try_lock()));
      const auto guard = co_await m.lock();
      CHECK(m.depth() == 1);
      ++others;
    };
    auto outer = co_await m.lock();
    auto waiting = weft::spawn(other);
    {
      const auto inner = co_await m.lock();
      const auto innermost = m.try_lock();
      CHECK(m.depth() == 3);
      co_await weft::yield();
    }
    CHECK(m.depth() == 1);
    co_await weft::yield();
    CHECK(others == 0);
    outer.unlock();
    co_await waiting;
    CHECK(others == 1);
    CHECK(m.depth() == 0);
  });
}

TEST_CASE("recursive_mutex: a function that a task calls is the same task; a spawned one is not") {
  weft::testkit::run([]() -> task<> {
    recursive_mutex m;
    auto called = [&]() -> task<bool> { co_return static_cast<bool>(m.try_lock()); };
    const auto guard = co_await m.lock();
    const bool same = co_await called();
    CHECK(same);
    const bool other = co_await weft::spawn(called);
    CHECK_FALSE(other);
  });
}

TEST_CASE("recursive_mutex: kill and hand-over in the same turn, in both orders: it is not left locked") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      recursive_mutex m;
      auto guard = co_await m.lock();
      auto body = [&]() -> task<> {
        const auto first = co_await m.lock();
        const auto second = co_await m.lock();
        co_await weft::yield();
      };
      auto killed = weft::spawn(body);
      auto next = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) killed.kill();
      guard.unlock();
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      co_await next;
      CHECK(m.depth() == 0);
    }
  });
}

}  // namespace

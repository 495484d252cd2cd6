// Kills and deadlines around queue: no item is lost, no kill either.
#include <weft/sync/queue.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using weft::queue;
using weft::task;

TEST_CASE("queue: a killed getter leaves; the item goes to the next one") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(1);
    auto get = [&]() -> task<int> { co_return co_await q.get(); };
    auto first = weft::spawn(get);
    auto second = weft::spawn(get);
    co_await weft::yield();
    co_await first.kill_join();
    CHECK(q.try_put(5));
    const int item = co_await second;
    CHECK(item == 5);
  });
}

TEST_CASE("queue: a killed putter leaves without its item; the room goes to the next one") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(1);
    co_await q.put(0);
    auto put = [&](int n) -> task<> { co_await q.put(n); };
    auto first = weft::spawn(put, 1);
    auto second = weft::spawn(put, 2);
    co_await weft::yield();
    co_await first.kill_join();
    CHECK(q.try_get() == 0);
    co_await second;
    CHECK(q.try_get() == 2);
    CHECK(q.empty());
  });
}

TEST_CASE("queue: kill and put in the same turn, in both orders: the item is in the queue or with the getter") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      queue<int> q(1);
      int got = 0;
      auto get = [&]() -> task<> {
        got = co_await q.get();
        co_await weft::yield();
        FAIL_CHECK("the kill was lost");
      };
      auto getter = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) getter.kill();
      CHECK(q.try_put(9));
      if (!kill_first) getter.kill();
      co_await getter.join();
      CHECK(getter.killed());
      CHECK(got == (kill_first ? 0 : 9));
      CHECK(q.size() == (kill_first ? 1U : 0U));
    }
  });
}

TEST_CASE("queue: kill and get in the same turn, in both orders: the putter's item went in, or its put threw") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      queue<int> q(1);
      co_await q.put(0);
      bool put_done = false;
      auto put = [&]() -> task<> {
        co_await q.put(1);
        put_done = true;
        co_await weft::yield();
        FAIL_CHECK("the kill was lost");
      };
      auto putter = weft::spawn(put);
      co_await weft::yield();
      if (kill_first) putter.kill();
      CHECK(q.try_get() == 0);
      if (!kill_first) putter.kill();
      co_await putter.join();
      CHECK(putter.killed());
      CHECK(put_done == !kill_first);
      CHECK(q.size() == (kill_first ? 0U : 1U));
    }
  });
}

TEST_CASE("queue: kill and close in the same turn, in both orders: killed, not closed") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      queue<int> q(1);
      auto get = [&]() -> task<> { static_cast<void>(co_await q.get()); };
      auto getter = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) getter.kill();
      q.close();
      if (!kill_first) getter.kill();
      co_await getter.join();
      CHECK(getter.killed());
    }
  });
}

TEST_CASE("queue: a killed task's put and get throw at once and change nothing") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(4);
    co_await q.put(1);
    int thrown = 0;
    auto body = [&]() -> task<> {
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled&) {
        ++thrown;
      }
      try {
        co_await q.put(2);
      } catch (const weft::cancelled&) {
        ++thrown;
      }
      static_cast<void>(co_await q.get());
      FAIL_CHECK("a killed task took an item");
    };
    auto killed = weft::spawn(body);
    co_await weft::yield();
    co_await killed.kill_join();
    CHECK(thrown == 2);
    CHECK(q.size() == 1);
  });
}

TEST_CASE("queue: a deadline around get does not take an item with it") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(1);
    auto get = [&]() -> task<int> { co_return co_await q.get(); };
    const auto nothing = co_await weft::move_on_after(1ms, get);
    CHECK_FALSE(nothing);
    co_await q.put(3);
    const auto item = co_await weft::move_on_after(1h, get);
    CHECK(item == 3);
  });
}

}  // namespace

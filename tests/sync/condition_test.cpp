#include <weft/sync/condition.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::condition;
using weft::mutex;
using weft::task;

TEST_CASE("condition: waiting releases the mutex; notify_one wakes the first, with the mutex held again") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    condition c;
    std::vector<int> woken;
    auto wait = [&](int n) -> task<> {
      auto guard = co_await m.lock();
      co_await c.wait(guard);
      CHECK(static_cast<bool>(guard));
      CHECK(m.is_locked());
      woken.push_back(n);
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(weft::spawn(wait, i));
    co_await weft::yield();
    co_await weft::yield();
    CHECK_FALSE(m.is_locked());
    c.notify_one();
    co_await weft::yield();
    CHECK(woken == std::vector{0});
    c.notify_all();
    co_await weft::joinall(handles);
    CHECK(woken == std::vector{0, 1, 2});
    CHECK_FALSE(m.is_locked());
    c.notify_one();
  });
}

TEST_CASE("condition: a notified task waits for the mutex, and wakes only when it has it") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    condition c;
    bool woken = false;
    auto wait = [&]() -> task<> {
      auto guard = co_await m.lock();
      co_await c.wait(guard);
      woken = true;
    };
    auto waiting = weft::spawn(wait);
    co_await weft::yield();
    {
      const auto guard = co_await m.lock();
      c.notify_one();
      for (int i = 0; i < 3; ++i) co_await weft::yield();
      CHECK_FALSE(woken);
    }
    co_await waiting;
    CHECK(woken);
  });
}

TEST_CASE("condition: a wait with a predicate goes on when it is true, and looks at it with the mutex held") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    condition c;
    int jobs = 1;
    auto consume = [&]() -> task<> {
      auto guard = co_await m.lock();
      for (int i = 0; i < 3; ++i) {
        co_await c.wait(guard, [&] {
          CHECK(m.is_locked());
          return jobs > 0;
        });
        --jobs;
      }
    };
    auto consumer = weft::spawn(consume);
    co_await weft::yield();
    CHECK(jobs == 0);
    c.notify_all();
    co_await weft::yield();
    for (int i = 0; i < 2; ++i) {
      const auto guard = co_await m.lock();
      ++jobs;
      c.notify_one();
    }
    co_await consumer;
    CHECK(jobs == 0);
  });
}

TEST_CASE("condition: a killed waiter has the mutex when its wait throws, and has waited for its turn") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    condition c;
    std::vector<std::string> log;
    auto wait = [&]() -> task<> {
      auto guard = co_await m.lock();
      try {
        co_await c.wait(guard);
      } catch (const weft::cancelled&) {
        CHECK(static_cast<bool>(guard));
        CHECK(m.is_locked());
        log.emplace_back("cancelled");
        throw;
      }
    };
    auto waiting = weft::spawn(wait);
    co_await weft::yield();
    {
      const auto guard = co_await m.lock();
      waiting.kill();
      waiting.kill("twice does no harm");
      for (int i = 0; i < 3; ++i) co_await weft::yield();
      log.emplace_back("unlocked");
    }
    co_await waiting.join();
    CHECK(waiting.killed());
    CHECK(log == std::vector<std::string>{"unlocked", "cancelled"});
    CHECK_FALSE(m.is_locked());
  });
}

TEST_CASE("condition: kill and notify in the same turn, in both orders: the notification is not lost") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      mutex m;
      condition c;
      int returned = 0;
      auto wait = [&]() -> task<> {
        auto guard = co_await m.lock();
        co_await c.wait(guard);
        ++returned;
        co_await weft::yield();
      };
      auto killed = weft::spawn(wait);
      auto next = weft::spawn(wait);
      co_await weft::yield();
      co_await weft::yield();
      if (kill_first) killed.kill();
      c.notify_one();
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      CHECK(returned == 1);
      if (kill_first) {
        co_await next;
      } else {
        CHECK_FALSE(next.ready());
        c.notify_one();
        co_await next;
      }
      CHECK_FALSE(m.is_locked());
    }
  });
}

TEST_CASE("condition: a killed task's wait throws at once and keeps the mutex") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    condition c;
    auto body = [&]() -> task<> {
      auto guard = co_await m.lock();
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled&) {
        CHECK(m.is_locked());
      }
      co_await c.wait(guard);
    };
    auto killed = weft::spawn(body);
    co_await weft::yield();
    co_await killed.kill_join();
    CHECK_FALSE(m.is_locked());
  });
}

TEST_CASE("condition: a bounded buffer made of it loses nothing, whoever is killed when") {
  std::mt19937 random(3);
  weft::testkit::run([&]() -> task<> {
    mutex m;
    condition changed;
    int items = 0;
    int put = 0;
    int got = 0;
    auto produce = [&]() -> task<> {
      auto guard = co_await m.lock();
      co_await changed.wait(guard, [&] { return items < 2; });
      ++items;
      ++put;
      changed.notify_all();
    };
    auto consume = [&]() -> task<> {
      auto guard = co_await m.lock();
      co_await changed.wait(guard, [&] { return items > 0; });
      --items;
      ++got;
      changed.notify_all();
    };
    std::vector<weft::handle<>> handles;
    for (int round = 0; round < 2000; ++round) {
      handles.push_back(random() % 2 == 0 ? weft::spawn(produce) : weft::spawn(consume));
      if (random() % 3 == 0) handles[random() % handles.size()].kill();
      if (random() % 3 == 0) co_await weft::yield();
    }
    for (int i = 0; i < 10; ++i) co_await weft::yield();
    for (auto& handle : handles) handle.kill();
    for (auto& handle : handles) co_await handle.join();
    CHECK(put == got + items);
    CHECK(put > 100);
    CHECK_FALSE(m.is_locked());
  });
}

}  // namespace

#include <weft/sync/semaphore.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::semaphore;
using weft::task;

TEST_CASE("semaphore: gives out its permits at once, then first come, first served") {
  weft::testkit::run([]() -> task<> {
    semaphore s(2);
    co_await s.acquire();
    CHECK(s.try_acquire());
    CHECK_FALSE(s.try_acquire());
    CHECK(s.available() == 0);
    std::vector<int> order;
    auto take = [&](int n) -> task<> {
      co_await s.acquire();
      order.push_back(n);
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(weft::spawn(take, i));
    co_await weft::yield();
    CHECK(order.empty());
    for (int i = 0; i < 3; ++i) s.release();
    CHECK_FALSE(s.try_acquire());
    co_await weft::joinall(handles);
    CHECK(order == std::vector{0, 1, 2});
    CHECK(s.available() == 0);
    s.release();
    CHECK(s.available() == 1);
  });
}

TEST_CASE("semaphore: a guard gives its permit back once, wherever it was moved to") {
  weft::testkit::run([]() -> task<> {
    semaphore s(1);
    {
      auto guard = co_await s.guard();
      CHECK(static_cast<bool>(guard));
      CHECK(s.available() == 0);
      auto moved = std::move(guard);
      CHECK_FALSE(static_cast<bool>(guard));  // NOLINT(bugprone-use-after-move): what the test is about
      CHECK(s.available() == 0);
    }
    CHECK(s.available() == 1);
    auto guard = co_await s.guard();
    guard.release();
    guard.release();
    CHECK(s.available() == 1);
    guard = co_await s.guard();
    CHECK(s.available() == 0);
  });
}

TEST_CASE("semaphore: no more tasks hold a permit than there are") {
  weft::testkit::run([]() -> task<> {
    semaphore s(3);
    int inside = 0;
    int most = 0;
    auto body = [&]() -> task<> {
      const auto guard = co_await s.guard();
      most = std::max(most, ++inside);
      co_await weft::yield();
      --inside;
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 20; ++i) handles.push_back(weft::spawn(body));
    co_await weft::joinall(handles);
    CHECK(most == 3);
    CHECK(s.available() == 3);
  });
}

TEST_CASE("semaphore: a killed waiter leaves the queue to those behind it") {
  weft::testkit::run([]() -> task<> {
    semaphore s(0);
    auto take = [&]() -> task<> { co_await s.acquire(); };
    auto first = weft::spawn(take);
    auto second = weft::spawn(take);
    co_await weft::yield();
    co_await first.kill_join();
    s.release();
    co_await second;
    CHECK(second.ok());
    CHECK(s.available() == 0);
  });
}

TEST_CASE("semaphore: kill and grant in the same turn, in both orders: no permit is lost") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      semaphore s(0);
      bool went_on = false;
      auto body = [&]() -> task<> {
        const auto guard = co_await s.guard();
        co_await weft::yield();
        went_on = true;
      };
      auto waiter = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) waiter.kill();
      s.release();
      if (!kill_first) waiter.kill();
      co_await waiter.join();
      CHECK(waiter.killed());
      CHECK_FALSE(went_on);
      CHECK(s.available() == 1);
    }
  });
}

TEST_CASE("semaphore: kill and grant in the same turn with others waiting: the next one gets the permit") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      semaphore s(0);
      auto body = [&]() -> task<> {
        const auto guard = co_await s.guard();
        co_await weft::yield();
      };
      auto killed = weft::spawn(body);
      auto next = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) killed.kill();
      s.release();
      if (!kill_first) killed.kill();
      co_await next;
      CHECK(killed.killed());
      CHECK(s.available() == 1);
    }
  });
}

TEST_CASE("semaphore: every permit is back after a random mixture of work, kills and releases") {
  std::mt19937 random(5);
  weft::testkit::run([&]() -> task<> {
    semaphore s(4);
    auto body = [&](int turns) -> task<> {
      const auto guard = co_await s.guard();
      for (int i = 0; i < turns; ++i) co_await weft::yield();
    };
    std::vector<weft::handle<>> handles;
    for (int round = 0; round < 300; ++round) {
      handles.push_back(weft::spawn(body, static_cast<int>(random() % 4)));
      if (random() % 2 == 0) handles[random() % handles.size()].kill();
      if (random() % 2 == 0) co_await weft::yield();
    }
    co_await weft::joinall(handles);
    CHECK(s.available() == 4);
  });
}

}  // namespace

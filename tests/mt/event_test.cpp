#include <weft/mt/event.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/mt/spawn_on.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace mt_test;
using weft::mt::event;

TEST_CASE("mt::event: wakes tasks of every loop, and threads") {
  run_test_on(3, []() -> task<> {
    event go;
    std::atomic<int> woken = 0;
    auto wait = [&]() -> task<> {
      co_await go.wait();
      ++woken;
    };
    std::vector<weft::mt::handle<>> handles;
    for (std::size_t i = 0; i < 30; ++i) handles.push_back(weft::spawn_on(i % 3, wait));
    std::thread thread([&] {
      go.wait_blocking();
      ++woken;
    });
    co_await weft::yield();
    CHECK(woken == 0);
    go.set();
    for (auto& each : handles) co_await each;
    thread.join();
    CHECK(woken == 31);
    co_await go.wait();
    go.clear();
    CHECK_FALSE(go.is_set());
  });
}

TEST_CASE("mt::event: a main that waits for a thread alone is no deadlock") {
  run_test_on(1, []() -> task<> {
    event go;
    std::thread thread([&] { go.set(); });
    co_await go.wait();
    thread.join();
  });
}

TEST_CASE("mt::event: a killed waiter goes, and the next set() wakes the others") {
  run_test_on(1, []() -> task<> {
    event go("go");
    auto wait = [&]() -> task<> { co_await go.wait(); };
    auto killed = weft::spawn(wait);
    auto stays = weft::spawn(wait);
    co_await weft::yield();
    co_await killed.kill_join();
    CHECK(killed.killed());
    CHECK_FALSE(stays.ready());
    go.set();
    co_await stays;
  });
}

TEST_CASE("mt::event: set and kill in one turn: what came first holds") {
  run_test_on(1, []() -> task<> {
    event go;
    bool woken = false;
    auto wait = [&]() -> task<> {
      co_await go.wait();
      woken = true;
      co_await weft::yield();
    };
    auto child = weft::spawn(wait);
    co_await weft::yield();
    go.set();
    child.kill();
    co_await child.join();
    CHECK(woken);
    CHECK(child.killed());
    woken = false;
    go.clear();
    child = weft::spawn(wait);
    co_await weft::yield();
    child.kill();
    go.set();
    co_await child.join();
    CHECK_FALSE(woken);
  });
}

TEST_CASE("mt::event: a thread waits as long as it may") {
  event never_set;
  CHECK_FALSE(never_set.wait_blocking_for(1ms));
  never_set.set();
  CHECK(never_set.wait_blocking_for(1h));
  never_set.wait_blocking();
}

TEST_CASE("mt::event: where a loop runs, the blocking forms are refused") {
  run_test_on(1, []() -> task<> {
    event go;
    CHECK_THROWS_AS(go.wait_blocking(), std::logic_error);
    CHECK_THROWS_AS(static_cast<void>(go.wait_blocking_for(1s)), std::logic_error);
    co_return;
  });
}

TEST_CASE("mt::event: set by a thread while waiters come and are killed") {
  run_test_on(3, []() -> task<> {
    event flag;
    std::atomic<bool> stop = false;
    std::thread setter([&] {
      while (!stop) {
        flag.set();
        flag.clear();
      }
      flag.set();
    });
    auto churn = [&]() -> task<> {
      auto wait = [&]() -> task<> { co_await flag.wait(); };
      for (int i = 0; i < 300; ++i) {
        auto child = weft::spawn(wait);
        co_await weft::yield();
        if (i % 2 == 0) child.kill();
        co_await child.join();
      }
    };
    std::vector<weft::mt::handle<>> handles;
    for (std::size_t i = 0; i < 3; ++i) handles.push_back(weft::spawn_on(i, churn));
    for (auto& each : handles) co_await each;
    stop = true;
    setter.join();
  });
}

}  // namespace

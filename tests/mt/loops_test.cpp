#include <weft/mt/event.hpp>
#include <weft/mt/loop_ref.hpp>
#include <weft/mt/spawn_on.hpp>

#include "core/report_text.hpp"
#include "support.hpp"

#include <weft/core/this_task.hpp>
#include <weft/sync/event.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace mt_test;

TEST_CASE("run: with several threads each loop has its own, and main runs on the caller's") {
  const auto caller = std::this_thread::get_id();
  run_test_on(4, [&]() -> task<> {
    CHECK(std::this_thread::get_id() == caller);
    CHECK(weft::this_loop().index() == 0);
    CHECK(weft::loop_count() == 4);
    std::set<std::thread::id> threads;
    auto where = []() -> task<std::thread::id> {
      co_await weft::yield();
      co_return std::this_thread::get_id();
    };
    auto number = []() -> task<std::size_t> { co_return weft::this_loop().index(); };
    for (std::size_t i = 0; i < 4; ++i) {
      threads.insert(co_await weft::spawn_on(i, where));
      const auto index = co_await weft::spawn_on(i, number);
      CHECK(index == i);
    }
    CHECK(threads.size() == 4);
    CHECK(threads.contains(caller));
  });
}

TEST_CASE("run: one thread is one loop, with the number 0") {
  run_test_on(1, []() -> task<> {
    CHECK(weft::loop_count() == 1);
    CHECK(weft::loop_ref(0).index() == 0);
    CHECK_THROWS_AS(static_cast<void>(weft::loop_ref(1)), std::out_of_range);
    const int value = co_await weft::spawn_on(0, give<int>, 3);
    CHECK(value == 3);
  });
}

TEST_CASE("run: no thread at all, and several with a simulated clock, are refused") {
  CHECK_THROWS_AS(run_loops(0, nothing), std::invalid_argument);
  weft::run_options options;
  options.threads = 2;
  options.clock = weft::clock_mode::simulated;
  CHECK_THROWS_AS(weft::run(options, nothing), std::invalid_argument);
  CHECK(weft::run(nothing) == 0);
}

TEST_CASE("run: the tasks of every loop are killed and waited for when main ends") {
  std::mutex mutex;
  std::vector<std::string> reasons;
  auto child = [&]() -> task<> {
    std::exception_ptr kill;
    try {
      co_await never();
    } catch (const weft::cancelled& by) {
      const std::lock_guard guard(mutex);
      reasons.push_back(by.reason());
      kill = std::current_exception();
    }
    std::rethrow_exception(kill);
  };
  for (const bool started : {false, true}) {
    reasons.clear();
    run_test_on(3, [&]() -> task<> {
      for (std::size_t i = 0; i < 3; ++i) {
        auto begin = [&]() -> task<> {
          weft::spawn(child);
          co_await weft::yield();
        };
        auto begun = weft::spawn_on(i, begin);
        if (started) co_await begun;
      }
    });
    if (started) CHECK(reasons == std::vector<std::string>(3, "the main task has ended"));
  }
}

TEST_CASE("run: a dying task may still use the other loops") {
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  auto child = [&]() -> task<> {
    std::exception_ptr kill;
    try {
      co_await never();
    } catch (const weft::cancelled&) {
      kill = std::current_exception();
    }
    auto ask = [&]() -> task<> {
      ++asked;
      auto other = weft::spawn_on((weft::this_loop().index() + 1) % weft::loop_count(), nothing);
      co_await other.join();
      ++answered;
    };
    co_await weft::shield(10s, ask);
    std::rethrow_exception(kill);
  };
  run_test_on(3, [&]() -> task<> {
    auto begin = [&]() -> task<> {
      weft::spawn(child);
      co_await weft::yield();
    };
    for (std::size_t i = 0; i < 3; ++i) co_await weft::spawn_on(i, begin);
  });
  CHECK(asked == 3);
  CHECK(answered == 3);
}

TEST_CASE("run: a failure that no one looked at gives 1, whatever the loop") {
  const auto result = run_loops(3, []() -> task<> {
    auto begin = []() -> task<> {
      weft::spawn(weft::spawn_options{.name = "lost"}, fail_with, "on loop 2");
      co_await weft::yield();
      co_await weft::yield();
    };
    co_await weft::spawn_on(2, begin);
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"lost: on loop 2"});
}

TEST_CASE("run: what another loop is doing is no deadlock, even when main waits for what only it can wake") {
  run_test_on(3, []() -> task<> {
    weft::event done;
    auto last = [&done]() -> task<> {
      co_await weft::sleep(1ms);
      weft::mt::post(0, [&done] { done.set(); });
    };
    auto first = [&last]() -> task<> {
      co_await weft::sleep(1ms);
      weft::spawn_on(2, last);
    };
    weft::spawn_on(1, first);
    co_await done.wait();
  });
}

TEST_CASE("run: a main that waits for what no loop can bring is a deadlock") {
  for (int round = 0; round < 20; ++round) {
    std::string main_saw;
    auto body = [&]() -> task<> {
      weft::event for_ever;
      for (std::size_t i = 0; i < 3; ++i) weft::spawn_on(i, nothing);
      main_saw = co_await outcome_of(for_ever.wait());
    };
    CHECK(run_loops(3, body).code == 1);
    CHECK(main_saw == "cancelled: deadlock");
  }
}

/// The report of a main task that nothing can wake.
template <class F>
std::string deadlock_of(F body) {
  std::string report;
  weft::run_options options;
  options.threads = 3;
  options.on_deadlock = [&](std::string_view tasks) { report = tasks; };
  CHECK(weft::run(options, std::move(body)) == 1);
  return core_test::without_times(report);
}

TEST_CASE("run: a deadlock of several loops is reported with the tasks of all, which are killed for it") {
  std::string far_saw;
  auto stuck = [&]() -> task<> {
    weft::event never("far");
    far_saw = co_await outcome_of(never.wait());
  };
  const std::string report = deadlock_of([&]() -> task<> {
    weft::spawn_on(2, weft::spawn_options{"remote"}, stuck);
    weft::event never("near");
    co_await never.wait();
  });
  CHECK(report.starts_with("2 tasks\n"));
  CHECK(report.find("main waits for event 'near'") != std::string::npos);
  CHECK(report.find("remote waits for event 'far'") != std::string::npos);
  CHECK(far_saw == "cancelled: deadlock");
}

TEST_CASE("run: a main that joins a stuck task of another loop is a deadlock, with its name") {
  auto stuck = []() -> task<> {
    weft::event never("far");
    co_await never.wait();
  };
  const std::string report = deadlock_of([&]() -> task<> {
    auto remote = weft::spawn_on(1, weft::spawn_options{"remote"}, stuck);
    co_await remote;
  });
  CHECK(report.find("main waits for join of a task on another loop, on #") != std::string::npos);
  CHECK(report.find(" remote\n") != std::string::npos);
}

TEST_CASE("run: tasks of different loops that join each other are named as a ring") {
  weft::mt::handle<> first;
  weft::mt::handle<> second;
  const std::string report = deadlock_of([&]() -> task<> {
    weft::mt::event go;
    auto join_second = [&]() -> task<> {
      co_await go.wait();
      co_await second.join();
    };
    auto join_first = [&]() -> task<> {
      co_await go.wait();
      co_await first.join();
    };
    first = weft::spawn_on(1, weft::spawn_options{"first"}, join_second);
    second = weft::spawn_on(2, weft::spawn_options{"second"}, join_first);
    go.set();
    co_await first.join();
  });
  CHECK(report.find("these wait for each other: ") != std::string::npos);
}

TEST_CASE("run: a signal ends the tasks of every loop") {
  std::atomic<int> ended = 0;
  const auto result = run_loops(3, [&]() -> task<> {
    auto child = [&]() -> task<> {
      std::exception_ptr kill;
      try {
        co_await never();
      } catch (const weft::cancelled&) {
        ++ended;
        kill = std::current_exception();
      }
      std::rethrow_exception(kill);
    };
    auto begin = [&]() -> task<> {
      weft::spawn(child);
      co_await weft::yield();
    };
    for (std::size_t i = 0; i < 3; ++i) co_await weft::spawn_on(i, begin);
    std::raise(SIGTERM);
    co_await never();
  });
  CHECK(result.code == 128 + SIGTERM);
  CHECK(ended == 3);
}

TEST_CASE("run: tasks of different loops have different numbers") {
  run_test_on(4, []() -> task<> {
    std::set<std::uint64_t> ids;
    auto id = []() -> task<std::uint64_t> { co_return weft::this_task::id(); };
    for (std::size_t i = 0; i < 40; ++i) ids.insert(co_await weft::spawn_on(i % 4, id));
    CHECK(ids.size() == 40);
  });
}

TEST_CASE("run: an instrument of several loops is called by one of them at a time") {
  struct counter final : weft::instrument {
    void task_spawned(weft::task_view) noexcept override { ++spawned; }
    void task_ended(weft::task_view) noexcept override { ++ended; }
    void loop_ended() noexcept override { ++loops; }
    int spawned = 0;
    int ended = 0;
    int loops = 0;
  };
  auto counts = std::make_shared<counter>();
  weft::run_options options;
  options.threads = 3;
  options.instrument = counts;
  auto body = []() -> task<> {
    std::vector<weft::mt::handle<>> all;
    for (std::size_t i = 0; i < 300; ++i) all.push_back(weft::spawn_on(i % 3, nothing));
    for (const auto& one : all) co_await one.join();
  };
  CHECK(weft::run(options, body) == 0);
  CHECK(counts->spawned == 301);
  CHECK(counts->ended == 301);
  CHECK(counts->loops == 1);
}

}  // namespace

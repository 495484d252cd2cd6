#include <weft/core/offload.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_test;
using weft::offload;
using weft::offload_options;
using weft::task;

TEST_CASE("offload: gives what the call returns on a thread beside the loop, or rethrows what it throws") {
  run_test([]() -> task<> {
    offload pool;
    auto thread_id = [] { return std::this_thread::get_id(); };
    const auto id = co_await pool.run(thread_id);
    CHECK(id != std::this_thread::get_id());
    auto make = [] { return std::make_unique<int>(4); };
    const std::unique_ptr<int> owned = co_await pool.run(make);
    CHECK(*owned == 4);
    int written = 0;
    auto write = [&] { written = 5; };
    co_await pool.run(write);
    CHECK(written == 5);
    auto fail = []() -> int { throw std::runtime_error("boom"); };
    const std::string failure = co_await outcome_of(pool.run(fail));
    CHECK(failure == "boom");
    const std::string abandonable_failure = co_await outcome_of(pool.run_abandonable(fail));
    CHECK(abandonable_failure == "boom");
    const std::unique_ptr<int> abandonable = co_await pool.run_abandonable(make);
    CHECK(*abandonable == 4);
  });
}

TEST_CASE("offload: one without threads is refused") {
  CHECK_THROWS_AS(offload(offload_options{.name = "none", .threads = 0}), std::invalid_argument);
}

TEST_CASE("offload: the loop goes on meanwhile") {
  run_test([]() -> task<> {
    offload pool;
    std::promise<void> release;
    auto wait = [&] { release.get_future().wait(); };
    auto body = [&]() -> task<> { co_await pool.run(wait); };
    auto child = weft::spawn(body);
    for (int i = 0; i < 10; ++i) co_await weft::yield();
    CHECK_FALSE(child.ready());
    release.set_value();
    co_await child;
    CHECK(child.ok());
  });
}

TEST_CASE("offload: uses as many threads as calls need, and no more than it may") {
  run_test([]() -> task<> {
    offload pool(offload_options{.name = "three", .threads = 3});
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::atomic<int> inside = 0;
    auto meet = [&] {
      {
        const std::lock_guard guard(mutex);
        threads.insert(std::this_thread::get_id());
      }
      // Three calls must be inside at the same time before any may leave.
      ++inside;
      while (inside < 3) std::this_thread::yield();
    };
    auto body = [&]() -> task<> { co_await pool.run(meet); };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 30; ++i) handles.push_back(weft::spawn(body));
    co_await weft::joinall(handles);
    CHECK(threads.size() == 3);
  });
}

TEST_CASE("offload: a killed run() throws when the call has ended: the kill, or what the call failed with") {
  run_test([]() -> task<> {
    offload pool;
    for (const bool fails : {false, true}) {
      std::promise<void> started;
      std::promise<void> release;
      std::atomic<bool> left = false;
      auto work = [&] {
        started.set_value();
        release.get_future().wait();
        left = true;
        if (fails) throw std::runtime_error("too late");
      };
      auto body = [&]() -> task<> { co_await pool.run(work); };
      auto child = weft::spawn(body);
      co_await weft::yield();
      started.get_future().wait();
      child.kill("stop");
      co_await weft::yield();
      CHECK_FALSE(child.ready());
      release.set_value();
      co_await child.join();
      CHECK(left);
      CHECK(weft::describe(child.error()) == (fails ? "too late" : "cancelled: stop"));
    }
  });
}

TEST_CASE("offload: in a task that is killed already the call is never made") {
  run_test([]() -> task<> {
    offload pool;
    std::atomic<int> calls = 0;
    auto work = [&] { ++calls; };
    std::vector<std::string> outcomes;
    weft::handle<> self;
    auto body = [&]() -> task<> {
      self.kill("already");
      outcomes.push_back(co_await outcome_of(pool.run(work)));
      outcomes.push_back(co_await outcome_of(pool.run_abandonable(work)));
    };
    self = weft::spawn(body);
    co_await self.join();
    CHECK(outcomes == std::vector<std::string>(2, "cancelled: already"));
    CHECK(calls == 0);
  });
}

TEST_CASE("offload: run_abandonable() is left at once, by a kill or a deadline, and its call still ends") {
  for (const bool by_deadline : {false, true}) {
    run_test([by_deadline]() -> task<> {
      auto release = std::make_shared<std::promise<void>>();
      auto opened = release->get_future().share();
      auto started = std::make_shared<std::promise<void>>();
      auto ended = std::make_shared<std::promise<void>>();
      offload pool;
      auto work = [opened, started, ended] {
        started->set_value();
        opened.wait();
        ended->set_value();
        return 1;
      };
      auto body = [&]() -> task<int> { co_return co_await pool.run_abandonable(work); };
      auto child = weft::spawn([&]() -> task<int> { co_return co_await weft::timeout(by_deadline ? 1ms : 24h, body); });
      co_await weft::yield();
      started->get_future().wait();  // one that has not begun by then never does
      if (!by_deadline) child.kill("stop");
      co_await child.join();
      CHECK(weft::describe(child.error()) == (by_deadline ? "timed out" : "cancelled: stop"));
      release->set_value();
      ended->get_future().wait();
      // What it sends is let in and dropped.
      auto again = [] { return 2; };
      const int value = co_await pool.run_abandonable(again);
      CHECK(value == 2);
    });
  }
}

TEST_CASE("offload: one whose calls are abandoned may be destroyed while they run") {
  auto release = std::make_shared<std::promise<void>>();
  auto opened = release->get_future().share();
  auto ended = std::make_shared<std::promise<void>>();
  run_test([&]() -> task<> {
    offload pool(offload_options{.name = "a name that is much too long for a thread"});
    auto started = std::make_shared<std::promise<void>>();
    auto work = [opened, ended, started] {
      started->set_value();
      opened.wait();
      ended->set_value();
    };
    auto body = [&]() -> task<> { co_await pool.run_abandonable(work); };
    auto child = weft::spawn(body);
    co_await weft::yield();
    started->get_future().wait();
    co_await child.kill_join();
    CHECK(child.killed());
  });
  release->set_value();
  ended->get_future().wait();
}

TEST_CASE("offload: what was posted has ended when run() returns, on another thread") {
  std::atomic<int> ended = 0;
  std::atomic<bool> elsewhere = true;
  const auto home = std::this_thread::get_id();
  auto body = [&]() -> task<> {
    offload pool;
    for (int i = 0; i < 100; ++i) {
      pool.post([&] {
        if (std::this_thread::get_id() == home) elsewhere = false;
        ++ended;
      });
    }
    co_return;
  };
  CHECK(weft::run(body) == 0);
  CHECK(ended == 100);
  CHECK(elsewhere);
}

TEST_CASE("offload: where no loop runs, what is posted is called here and now") {
  offload pool;
  bool called = false;
  pool.post([&] { called = true; });
  CHECK(called);
  pool.post([] { throw std::runtime_error("for the log"); });
}

TEST_CASE("offload: what was posted and hangs delays the end of run() by the grace alone") {
  std::promise<void> release;
  std::promise<void> ended;
  weft::run_options options;
  options.shutdown_grace = 1ms;  // of the real clock: it waits for a thread
  auto body = [&]() -> task<> {
    offload pool;
    pool.post([&] {
      release.get_future().wait();
      ended.set_value();
    });
    co_return;
  };
  CHECK(weft::run(options, body) == 0);
  release.set_value();
  ended.get_future().wait();
}

}  // namespace

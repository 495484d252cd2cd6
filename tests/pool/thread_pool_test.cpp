#include <weft/pool/thread_pool.hpp>

#include <weft/pool/thread_registry.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace pool_test;
using weft::future;
using weft::reject;
using weft::shutdown;
using weft::thread_pool;

/// Work that is posted from work, as deep as it is told, and has to lie where it says.
struct alignas(128) aligned_chain {
  thread_pool* pool;
  std::atomic<int>* wrong;
  int left;

  void operator()() const {
    if (reinterpret_cast<std::uintptr_t>(this) % alignof(aligned_chain) != 0) ++*wrong;
    if (left == 0) return;
    pool->post(aligned_chain{pool, wrong, left - 1});
    pool->submit(aligned_chain{pool, wrong, 0}).get();
  }
};

TEST_CASE("thread_pool: work that asks for more than the usual alignment gets it") {
  std::atomic<int> wrong = 0;
  thread_pool pool({.core = 2});
  pool.post(aligned_chain{&pool, &wrong, 50});
  pool.wait_idle();
  CHECK(wrong == 0);
}

TEST_CASE("thread_pool: a thread is started for each piece of work up to core, also when others are idle") {
  thread_pool pool({.core = 3});
  CHECK(pool.stats().threads == 0);
  pool.submit([] {}).get();
  CHECK(pool.stats().threads == 1);
  pool.submit([] {}).get();
  CHECK(pool.stats().threads == 2);
  for (int i = 0; i < 10; ++i) pool.submit([] {}).get();
  CHECK(pool.stats().threads == 3);
  CHECK(pool.stats().largest == 3);
}

TEST_CASE("thread_pool: beyond core the queue fills up before more threads are started") {
  busy_pool busy({.core = 1, .max = 2, .queue = 2});
  const auto first = busy.pool.submit([] {});
  const auto second = busy.pool.submit([] {});
  CHECK(busy.pool.stats().threads == 1);
  CHECK(busy.pool.stats().queued == 2);
  const held_work held;
  const auto third = busy.pool.submit(held);
  held.wait_until_begun();
  CHECK(busy.pool.stats().threads == 2);
  CHECK_THROWS_AS(busy.pool.submit([] {}), weft::rejected);
  held.release();
  busy.release();
  first.get();
  second.get();
  third.get();
}

TEST_CASE("thread_pool: an unbounded queue never needs more than core") {
  busy_pool busy({.core = 1, .max = 4});
  std::vector<future<>> results;
  for (int i = 0; i < 100; ++i) results.push_back(busy.pool.submit([] {}));
  CHECK(busy.pool.stats().threads == 1);
  CHECK(busy.pool.stats().queued == 100);
  busy.release();
  for (const auto& result : results) result.get();
}

TEST_CASE("thread_pool: with queue 0 work is handed to an idle thread, or a new one, or refused") {
  busy_pool busy({.core = 0, .max = 2, .queue = 0});
  CHECK(busy.pool.stats().threads == 1);
  const held_work held;
  const auto second = busy.pool.submit(held);
  held.wait_until_begun();
  CHECK(busy.pool.stats().threads == 2);
  CHECK_THROWS_AS(busy.pool.submit([] {}), weft::rejected);
  held.release();
  second.get();
  busy.release();
  busy.pool.wait_idle();
  CHECK(busy.pool.stats().queued == 0);
}

TEST_CASE("thread_pool: work that a thread was started for, and has not begun, keeps the pool from being idle") {
  std::atomic<bool> gate = false;
  auto wait = [&] {
    while (!gate) std::this_thread::yield();
  };
  bool done = false;
  thread_pool pool({.core = 1, .on_start = wait});
  pool.post([&] { done = true; });
  CHECK_FALSE(pool.wait_idle(0s));
  CHECK(pool.stats().running == 1);
  gate = true;
  CHECK(pool.wait_idle());
  CHECK(done);
}

TEST_CASE("thread_pool: core 0 starts a thread for what waits") {
  thread_pool pool({.core = 0, .max = 1});
  CHECK(pool.submit([] { return 4; }).get() == 4);
}

TEST_CASE("thread_pool: threads beyond core end when there is nothing to do for keep_alive, core threads stay") {
  thread_pool pool({.core = 1, .max = 2, .keep_alive = 0s, .queue = 0});
  const held_work first;
  const held_work second;
  const auto a = pool.submit(first);
  first.wait_until_begun();
  const auto b = pool.submit(second);
  second.wait_until_begun();
  CHECK(pool.stats().threads == 2);
  first.release();
  second.release();
  a.get();
  b.get();
  while (pool.stats().threads != 1) std::this_thread::yield();
  CHECK(pool.stats().largest == 2);
}

TEST_CASE("thread_pool: with core_timeout all threads end, and come back when they are needed") {
  thread_pool pool({.core = 2, .keep_alive = 0s, .core_timeout = true});
  for (int round = 0; round < 20; ++round) {
    CHECK(pool.submit([] { return 1; }).get() == 1);
    while (pool.stats().threads != 0) std::this_thread::yield();
  }
}

TEST_CASE("thread_pool: prestart() starts what is missing up to core") {
  thread_pool pool({.core = 3});
  pool.submit([] {}).get();
  CHECK(pool.prestart() == 2);
  CHECK(pool.prestart() == 0);
  CHECK(pool.stats().threads == 3);
}

TEST_CASE("thread_pool: arguments are copied, and those that can only be moved are moved") {
  thread_pool pool({.core = 1});
  std::string text = "copied";
  auto result = pool.submit([](const std::string& got) { return got; }, text);
  text = "changed";
  CHECK(result.get() == "copied");
  auto moved = pool.submit([](std::unique_ptr<int> got) { return *got; }, std::make_unique<int>(3));
  CHECK(moved.get() == 3);
  int counter = 0;
  pool.submit([](int& target) { ++target; }, std::ref(counter)).get();
  CHECK(counter == 1);
}

TEST_CASE("thread_pool: what the work owns is gone when its future is ready") {
  thread_pool pool({.core = 1});
  const auto owned = std::make_shared<int>(1);
  pool.submit([owned] {}).get();
  CHECK(owned.use_count() == 1);
}

TEST_CASE("thread_pool: what the work gave is gone with its future") {
  thread_pool pool({.core = 1});
  auto result = pool.submit([] { return std::make_shared<int>(1); });
  const std::weak_ptr<int> value = result.get();
  CHECK_FALSE(value.expired());
  result = {};
  pool.submit([] {}).get();  // whatever the thread still had of the last one, it has let go of
  CHECK(value.expired());
}

TEST_CASE("thread_pool: threads outlive what their work throws") {
  thread_pool pool({.core = 1, .on_unhandled = [](std::string_view, const std::exception_ptr&) {}});
  const auto before = pool.submit([] { return std::this_thread::get_id(); }).get();
  for (int i = 0; i < 10; ++i) pool.post([] { throw 1; });
  CHECK(pool.submit([] { return std::this_thread::get_id(); }).get() == before);
  CHECK(pool.stats().largest == 1);
  CHECK(pool.stats().completed >= 11);
}

TEST_CASE("thread_pool: a failure goes to the future") {
  thread_pool pool({.core = 1});
  const auto result = pool.submit([]() -> int { throw std::runtime_error("no luck"); });
  CHECK_THROWS_WITH_AS(result.get(), "no luck", std::runtime_error);
  CHECK(pool.submit([] { return 1; }).get() == 1);
}

TEST_CASE("thread_pool: failures that no one looks at go to the hook, with the name of the work") {
  std::mutex mutex;
  std::vector<std::string> lost;
  {
    thread_pool pool(
        {.name = "p", .core = 1, .on_unhandled = [&](std::string_view what, const std::exception_ptr& why) {
           const std::lock_guard guard(mutex);
           lost.push_back(std::string(what) + ": " + weft::describe(why));
         }});
    pool.post([] { throw std::runtime_error("posted"); });
    pool.submit({.name = "resize"}, [] { throw std::runtime_error("named"); });
    pool.submit([] { throw std::runtime_error("plain"); });
    const auto seen = pool.submit([] { throw std::runtime_error("seen"); });
    CHECK_THROWS(seen.get());
  }
  CHECK(lost ==
        std::vector<std::string>{"work posted to pool 'p': posted", "resize: named", "work of pool 'p': plain"});
}

TEST_CASE("thread_pool: cancel() of what waits keeps it from being begun") {
  busy_pool busy({.core = 1});
  bool begun = false;
  const auto waiting = busy.pool.submit([&] { begun = true; });
  CHECK(waiting.cancel());
  CHECK(busy.pool.stats().queued == 0);
  CHECK(busy.pool.stats().cancelled == 1);
  busy.release();
  busy.pool.wait_idle();
  CHECK_FALSE(begun);
  CHECK_THROWS_AS(waiting.get(), weft::cancelled);
}

TEST_CASE("thread_pool: a cancelled piece of work gives its place in the queue to another") {
  busy_pool busy({.core = 1, .queue = 1});
  const auto waiting = busy.pool.submit([] {});
  CHECK_FALSE(busy.pool.try_submit([] {}));
  CHECK(waiting.cancel());
  const auto next = busy.pool.try_submit([] {});
  REQUIRE(next);
  busy.release();
  next->get();
}

TEST_CASE("thread_pool: work that is not begun by its deadline is dropped") {
  busy_pool busy({.core = 1});
  bool begun = false;
  const auto late = busy.pool.submit({.deadline = 0s}, [&] { begun = true; });
  const auto in_time = busy.pool.submit({.deadline = 1h}, [] { return 2; });
  busy.release();
  CHECK_THROWS_AS(late.get(), weft::timed_out);
  CHECK(in_time.get() == 2);
  CHECK_FALSE(begun);
  CHECK(busy.pool.stats().expired == 1);
}

TEST_CASE("thread_pool: work that waits ends at its deadline, also while every thread is at something else") {
  busy_pool busy({.core = 1, .queue = 2});
  const auto late = busy.pool.submit({.deadline = 1ms}, [] {});
  const auto later = busy.pool.submit({.deadline = 1h}, [] { return 2; });
  CHECK_THROWS_AS(late.get(), weft::timed_out);
  CHECK(busy.pool.stats().queued == 1);
  CHECK(busy.pool.stats().expired == 1);
  const auto next = busy.pool.try_submit([] { return 3; });
  REQUIRE(next);
  CHECK_FALSE(later.ready());
  busy.release();
  CHECK(later.get() == 2);
  CHECK(next->get() == 3);
}

TEST_CASE("thread_pool: a paused pool drops what is over, and is idle when nothing else waits") {
  thread_pool pool({.core = 1});
  pool.pause();
  const auto late = pool.submit({.deadline = 1ms}, [] {});
  CHECK(pool.wait_idle());
  CHECK_THROWS_AS(late.get(), weft::timed_out);
  const auto cancelled = pool.submit([] {});
  std::jthread canceller([&] { cancelled.cancel(); });
  CHECK(pool.wait_idle());
  canceller.join();
  CHECK(cancelled.cancelled());
}

TEST_CASE("thread_pool: posted work that expires is reported") {
  std::vector<std::string> lost;
  {
    busy_pool busy(
        {.name = "p", .core = 1, .on_unhandled = [&](std::string_view what, const std::exception_ptr& error) {
           lost.push_back(std::string(what) + ": " + weft::describe(error));
         }});
    busy.pool.post({.deadline = 1ms}, [] {});
    while (busy.pool.stats().queued != 0) std::this_thread::yield();
  }
  CHECK(lost == std::vector<std::string>{"work posted to pool 'p': thread_pool 'p': work was not begun in time"});
}

TEST_CASE("thread_pool: who waits for room waits no longer than the work's deadline") {
  busy_pool busy({.core = 1, .queue = 1, .reject = reject::block});
  const auto waiting = busy.pool.submit([] { return 1; });
  CHECK_THROWS_AS(busy.pool.submit({.deadline = 1ms}, [] {}).get(), weft::timed_out);
  busy.release();
  CHECK(waiting.get() == 1);
}

TEST_CASE("thread_pool: the highest priority goes first, equals as they came") {
  std::vector<std::string> order;
  busy_pool busy({.core = 1, .order = weft::queue_order::priority});
  for (const auto& [name, priority] : {std::pair("low", -1), {"a", 0}, {"high", 5}, {"b", 0}, {"higher", 6}}) {
    busy.pool.post({.priority = priority}, [&order, text = name] { order.emplace_back(text); });
  }
  busy.release();
  busy.pool.wait_idle();
  CHECK(order == std::vector<std::string>{"higher", "high", "a", "b", "low"});
}

TEST_CASE("thread_pool: nothing is begun between pause() and resume()") {
  thread_pool pool({.core = 2});
  pool.submit([] {}).get();
  pool.pause();
  std::atomic<int> begun = 0;
  for (int i = 0; i < 4; ++i) pool.post([&] { ++begun; });
  CHECK(pool.stats().queued == 4);
  CHECK_FALSE(pool.wait_idle(0s));
  CHECK(begun == 0);
  pool.resume();
  CHECK(pool.wait_idle());
  CHECK(begun == 4);
}

TEST_CASE("thread_pool: a pause that is longer than keep_alive strands nothing") {
  for (const std::size_t core : {0U, 1U}) {
    thread_pool pool({.core = core, .max = 1, .keep_alive = 1ms, .core_timeout = true});
    pool.submit([] {}).get();
    pool.pause();
    const auto waiting = pool.submit([] { return 1; });
    CHECK_FALSE(waiting.wait_for(10ms));
    pool.resume();
    CHECK(waiting.get() == 1);
  }
}

TEST_CASE("thread_pool: pieces of work that wait for each other in other ways all get a thread") {
  thread_pool pool({.core = 2});
  for (int i = 0; i < 3; ++i) pool.submit([] {}).get();  // from here on both threads may be asleep
  for (int round = 0; round < 2'000; ++round) {
    const auto both = std::make_shared<std::latch>(2);
    const auto first = pool.submit([both] { both->arrive_and_wait(); });
    const auto second = pool.submit([both] { both->arrive_and_wait(); });
    first.get();
    second.get();
  }
}

TEST_CASE("thread_pool: resize() starts threads for what waits, and ends those that are too many") {
  busy_pool busy({.core = 1});
  const held_work held;
  const auto waiting = busy.pool.submit(held);
  busy.pool.resize(3, 3);
  held.wait_until_begun();
  CHECK(busy.pool.stats().threads == 2);
  held.release();
  waiting.get();
  busy.release();
  busy.pool.resize(1, 1);
  while (busy.pool.stats().threads != 1) std::this_thread::yield();
  CHECK(busy.pool.submit([] { return 1; }).get() == 1);
  CHECK_THROWS_AS(busy.pool.resize(2, 1), std::invalid_argument);
}

TEST_CASE("thread_pool: a pool without threads, or with fewer than core, is refused") {
  CHECK_THROWS_AS(thread_pool({.core = 0, .max = 0}), std::invalid_argument);
  CHECK_THROWS_AS(thread_pool({.core = 2, .max = 1}), std::invalid_argument);
}

TEST_CASE("thread_pool: the threads have names, and the hooks are called on each of them") {
  std::mutex mutex;
  std::multiset<std::string> calls;
  {
    const auto note = [&](const char* what) {
      return [&, what] {
        const std::lock_guard guard(mutex);
        calls.insert(what + weft::this_thread::name());
      };
    };
    thread_pool pool({.name = "crew", .core = 2, .on_start = note("+"), .on_stop = note("-")});
    pool.prestart();
    CHECK(pool.submit([] { return weft::this_thread::name(); }).get().starts_with("crew-"));
  }
  CHECK(calls == std::multiset<std::string>{"+crew-1", "+crew-2", "-crew-1", "-crew-2"});
}

TEST_CASE("thread_pool: stats() counts what has become of the work") {
  busy_pool busy({.core = 1, .queue = 1});
  const auto waiting = busy.pool.submit([] {});
  CHECK_THROWS_AS(busy.pool.submit([] {}), weft::rejected);
  auto stats = busy.pool.stats();
  CHECK(stats.running == 1);
  CHECK(stats.queued == 1);
  CHECK(stats.rejected == 1);
  busy.release();
  waiting.get();
  busy.pool.wait_idle();
  stats = busy.pool.stats();
  CHECK(stats.completed == 2);
  CHECK(stats.running == 0);
}

}  // namespace

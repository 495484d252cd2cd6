// What waiting and handing over cost in memory: nothing.
#include "core/allocation_counter.hpp"

#include <weft/core/async_generator.hpp>
#include <weft/core/frame_allocator.hpp>
#include <weft/core/generator.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/sync/async_result.hpp>
#include <weft/sync/barrier.hpp>
#include <weft/sync/broadcast.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/condition.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/latch.hpp>
#include <weft/sync/lifo_queue.hpp>
#include <weft/sync/priority_queue.hpp>
#include <weft/sync/queue.hpp>
#include <weft/sync/recursive_mutex.hpp>
#include <weft/sync/semaphore.hpp>
#include <weft/sync/shared_mutex.hpp>
#include <weft/sync/watch.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using weft::task;

bool frames_are_counted() {
  const std::size_t before = core_test::allocations();
  weft::detail::free_frame(weft::detail::allocate_frame(10'000), 10'000);
  return weft::detail::frames_are_recycled && core_test::allocations() == before + 1;
}

/// Runs two tasks `turns` times each, so that each waits for what the other does; gives the allocations of the last
/// turns, when memory has settled.
template <class First, class Second>
std::size_t allocations_of(First first, Second second) {
  constexpr int turns = 600;
  std::size_t before = 0;
  std::size_t after = 0;
  auto repeat = [&](auto& step) -> task<> {
    for (int i = 0; i < turns; ++i) {
      if (i == 100) before = core_test::allocations();
      co_await step();
    }
    after = core_test::allocations();
  };
  auto body = [&]() -> task<> {
    auto one = [&]() -> task<> { co_await repeat(first); };
    auto two = [&]() -> task<> { co_await repeat(second); };
    auto running_one = weft::spawn(one);
    auto running_two = weft::spawn(two);
    co_await weft::joinall(running_one, running_two);
  };
  weft::testkit::run(body);
  return after - before;
}

template <class Queue>
std::size_t allocations_of_queue(Queue& q) {
  auto put = [&]() -> task<> { co_await q.put(1); };
  auto get = [&]() -> task<> {
    static_cast<void>(co_await q.get());
    q.task_done();
  };
  return allocations_of(put, get);
}

TEST_CASE("sync: putting and getting, waits included, allocates nothing") {
  if (!frames_are_counted()) return;
  weft::queue<int> one(1);
  CHECK(allocations_of_queue(one) == 0);
  weft::queue<int> some(16);
  CHECK(allocations_of_queue(some) == 0);
  weft::priority_queue<int> smallest(4);
  CHECK(allocations_of_queue(smallest) == 0);
  weft::lifo_queue<int> last(4);
  CHECK(allocations_of_queue(last) == 0);
  weft::channel<int> hand_to_hand;
  CHECK(allocations_of_queue(hand_to_hand) == 0);
}

TEST_CASE("sync: telling subscribers allocates nothing") {
  if (!frames_are_counted()) return;
  weft::broadcast<int> news(2);
  auto subscription = news.subscribe();
  auto put = [&]() -> task<> { co_await news.put(1); };
  auto next = [&]() -> task<> { static_cast<void>(co_await subscription.next()); };
  CHECK(allocations_of(put, next) == 0);
  weft::watch<int> state(0);
  auto watching = state.subscribe();
  auto set = [&]() -> task<> {
    state.set(1);
    co_await weft::yield();
  };
  auto see = [&]() -> task<> { static_cast<void>(co_await watching.next()); };
  CHECK(allocations_of(set, see) == 0);
}

TEST_CASE("sync: waiting for each other allocates nothing") {
  if (!frames_are_counted()) return;
  weft::event ping;
  weft::event pong;
  auto serve = [&]() -> task<> {
    ping.set();
    co_await pong.wait();
    pong.clear();
  };
  auto answer = [&]() -> task<> {
    co_await ping.wait();
    ping.clear();
    pong.set();
  };
  CHECK(allocations_of(serve, answer) == 0);
  weft::barrier both(2);
  auto meet = [&]() -> task<> { co_await both.arrive_and_wait(); };
  CHECK(allocations_of(meet, meet) == 0);
  auto once = [&]() -> task<> {
    weft::latch l(1);
    weft::async_result<int> r;
    l.count_down();
    r.set(1);
    co_await l.wait();
    static_cast<void>(co_await r.get());
  };
  CHECK(allocations_of(once, once) == 0);
}

TEST_CASE("sync: taking locks from each other allocates nothing") {
  if (!frames_are_counted()) return;
  weft::mutex m;
  auto lock = [&]() -> task<> {
    const auto guard = co_await m.lock();
    co_await weft::yield();
  };
  CHECK(allocations_of(lock, lock) == 0);
  weft::recursive_mutex again;
  auto lock_twice = [&]() -> task<> {
    const auto guard = co_await again.lock();
    const auto inner = co_await again.lock();
    co_await weft::yield();
  };
  CHECK(allocations_of(lock_twice, lock_twice) == 0);
  weft::shared_mutex shared;
  auto read = [&]() -> task<> {
    const auto guard = co_await shared.lock_shared();
    co_await weft::yield();
  };
  auto write = [&]() -> task<> {
    const auto guard = co_await shared.lock();
    co_await weft::yield();
  };
  CHECK(allocations_of(read, write) == 0);
  weft::semaphore permits(1);
  auto acquire = [&]() -> task<> {
    const auto permit = co_await permits.guard();
    co_await weft::yield();
  };
  CHECK(allocations_of(acquire, acquire) == 0);
}

TEST_CASE("sync: waiting for a condition allocates nothing, with a predicate too") {
  if (!frames_are_counted()) return;
  weft::mutex m;
  weft::condition changed;
  int turn = 0;
  auto wait = [&](int mine) -> task<> {
    auto guard = co_await m.lock();
    co_await changed.wait(guard, [&] { return turn % 2 == mine; });
    ++turn;
    changed.notify_all();
  };
  auto even = [&]() -> task<> { co_await wait(0); };
  auto odd = [&]() -> task<> { co_await wait(1); };
  CHECK(allocations_of(even, odd) == 0);
}

TEST_CASE("sync: generators live on reused memory") {
  if (!frames_are_counted()) return;
  auto count = []() -> weft::generator<int> {
    for (int i = 0; i < 3; ++i) co_yield i;
  };
  auto count_slowly = []() -> weft::async_generator<int> {
    for (int i = 0; i < 3; ++i) {
      co_await weft::yield();
      co_yield i;
    }
  };
  auto iterate = [&]() -> task<> {
    int sum = 0;
    for (const int x : count()) sum += x;
    auto g = count_slowly();
    while (const auto x = co_await g.next()) sum += *x;
    CHECK(sum == 6);
  };
  CHECK(allocations_of(iterate, iterate) == 0);
}

}  // namespace

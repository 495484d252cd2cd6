#include <weft/pool/blocking_queue.hpp>

#include <weft/core/spawn.hpp>
#include <weft/pool/thread.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

namespace {

using namespace pool_test;
using weft::blocking_queue;
using weft::task;
using weft::thread;

TEST_CASE("blocking_queue: items come out in the order in which they went in") {
  blocking_queue<int> q(3);
  CHECK(q.empty());
  for (int i = 1; i <= 3; ++i) q.put(i);
  CHECK(q.full());
  CHECK(q.qsize() == 3);
  CHECK(q.get() == 1);
  CHECK(q.get() == 2);
  CHECK(q.get_nowait() == 3);
  CHECK(q.empty());
}

TEST_CASE("blocking_queue: what may not wait, or not longer, throws") {
  blocking_queue<int> q(1);
  CHECK_THROWS_AS(static_cast<void>(q.get_nowait()), weft::queue_empty);
  CHECK_THROWS_AS(static_cast<void>(q.get(false)), weft::queue_empty);
  CHECK_THROWS_AS(static_cast<void>(q.get(true, 1ms)), weft::queue_empty);
  q.put(1);
  CHECK_THROWS_AS(q.put_nowait(2), weft::queue_full);
  CHECK_THROWS_AS(q.put(2, false), weft::queue_full);
  CHECK_THROWS_AS(q.put(2, true, 1ms), weft::queue_full);
  CHECK_THROWS_AS(q.put(2, true, -1s), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(q.get(true, -1s)), std::invalid_argument);
  CHECK(q.qsize() == 1);
}

TEST_CASE("blocking_queue: no room at all is refused, none asked for is unbounded") {
  CHECK_THROWS_AS(blocking_queue<int>(0), std::invalid_argument);
  blocking_queue<int> q;
  for (int i = 0; i < 1000; ++i) q.put_nowait(i);
  CHECK_FALSE(q.full());
}

TEST_CASE("blocking_queue: a put waits for room, a get for an item") {
  blocking_queue<int> q(1);
  q.put(1);
  const thread putter([&] { q.put(2); });
  CHECK(q.get() == 1);
  CHECK(q.get() == 2);
  const thread late([&] { q.put(3, true, 1h); });
  CHECK(q.get(true, 1h) == 3);
}

TEST_CASE("blocking_queue: nothing is lost or doubled between many threads") {
  blocking_queue<int> q(4);
  std::atomic<long> sum = 0;
  {
    std::vector<thread> getters;
    for (int t = 0; t < 3; ++t) {
      getters.emplace_back([&] {
        for (;;) {
          const int item = q.get();
          if (item < 0) return;
          sum += item;
        }
      });
    }
    {
      std::vector<thread> putters;
      for (int t = 0; t < 3; ++t) {
        putters.emplace_back([&] {
          for (int i = 1; i <= 1000; ++i) q.put(i);
        });
      }
    }
    for (int t = 0; t < 3; ++t) q.put(-1);
  }
  CHECK(sum == 3 * 500'500L);
}

TEST_CASE("blocking_queue: join() waits until every item has been dealt with") {
  blocking_queue<int> q(10);
  q.join();
  for (int i = 0; i < 5; ++i) q.put(i);
  CHECK_FALSE(q.join_for(0s));
  std::atomic<int> done = 0;
  const thread worker([&] {
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(q.get());
      ++done;
      q.task_done();
    }
  });
  q.join();
  CHECK(done == 5);
  CHECK(q.join_for(0s));
  CHECK_THROWS_AS(q.task_done(), std::logic_error);
}

TEST_CASE("blocking_queue: a closed one drains, then throws, and wakes who waits") {
  blocking_queue<int> q(1);
  q.put(1);
  std::atomic<int> closed = 0;
  const auto count_closed = [&](auto wait) {
    return [&closed, wait] {
      try {
        wait();
      } catch (const weft::queue_closed&) {
        ++closed;
      }
    };
  };
  {
    const thread putter(count_closed([&] { q.put(2); }));
    q.close();
    q.close();
  }
  CHECK(q.is_closed());
  CHECK_THROWS_AS(q.put_nowait(3), weft::queue_closed);
  CHECK(q.get() == 1);
  CHECK_THROWS_AS(static_cast<void>(q.get()), weft::queue_closed);
  CHECK(closed == 1);
  blocking_queue<int> empty(1);
  {
    const thread getter(count_closed([&] { static_cast<void>(empty.get()); }));
    empty.close();
  }
  CHECK(closed == 2);
}

TEST_CASE("blocking_queue: items that can only be moved go through") {
  blocking_queue<std::unique_ptr<int>> q(1);
  q.put(std::make_unique<int>(3));
  CHECK(*q.get() == 3);
}

TEST_CASE("blocking_queue: tasks and threads share it") {
  blocking_queue<int> numbers(2);
  blocking_queue<int> squares(2);
  const thread worker([&] {
    for (int i = 0; i < 100; ++i) {
      const int number = numbers.get();
      squares.put(number * number);
    }
  });
  run_test([&]() -> task<> {
    auto feed = [&]() -> task<> {
      for (int i = 0; i < 100; ++i) co_await numbers.async_put(i);
    };
    auto feeder = weft::spawn(feed);
    for (int i = 0; i < 100; ++i) CHECK(co_await squares.async_get() == i * i);
    co_await feeder;
  });
}

TEST_CASE("blocking_queue: a task that is killed while it waits has taken nothing") {
  run_test([]() -> task<> {
    blocking_queue<int> q(1);
    auto take = [&]() -> task<> { static_cast<void>(co_await q.async_get()); };
    auto taker = weft::spawn(take);
    co_await weft::yield();
    co_await taker.kill_join("enough");
    CHECK(taker.killed());
    q.put(1);
    CHECK(q.qsize() == 1);
  });
}

}  // namespace

#include <weft/pool/thread_pool.hpp>

#include <weft/core/run.hpp>
#include <weft/pool/blocking_queue.hpp>
#include <weft/pool/thread.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

namespace {

using weft::thread;
using weft::thread_pool;

TEST_CASE("thread_pool: every future ends, and no work is done twice, whatever is done to the pool meanwhile") {
  constexpr std::size_t submitters = 3;
  constexpr std::size_t each = 400;
  std::atomic<std::size_t> done = 0;
  std::atomic<std::size_t> cancelled = 0;
  std::atomic<bool> over = false;
  thread_pool pool({.core = 2});
  {
    const thread meddler([&] {
      for (std::size_t round = 0; !over; ++round) {
        pool.pause();
        pool.resize(1 + round % 3, 3);
        static_cast<void>(pool.stats());
        pool.resume();
        std::this_thread::yield();
      }
    });
    {
      std::vector<thread> threads;
      for (std::size_t t = 0; t < submitters; ++t) {
        threads.emplace_back([&, t] {
          std::vector<weft::future<>> results;
          for (std::size_t i = 0; i < each; ++i) {
            results.push_back(pool.submit([&] { ++done; }));
            if (i % 5 == t && results.back().cancel()) ++cancelled;
          }
          for (const auto& result : results) result.wait();
        });
      }
    }
    over = true;
  }
  CHECK(pool.wait_idle());
  CHECK(done + cancelled == submitters * each);
  const auto stats = pool.stats();
  CHECK(stats.completed == done);
  CHECK(stats.cancelled == cancelled);
}

TEST_CASE("thread_pool: work that is submitted while the pool ends is done, cancelled or refused") {
  for (int round = 0; round < 30; ++round) {
    std::optional<thread_pool> pool(std::in_place, weft::thread_pool_options{.core = 2});
    std::atomic<int> done = 0;
    std::atomic<int> taken = 0;
    std::atomic<int> cancelled = 0;
    {
      std::vector<thread> threads;
      for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
          try {
            for (;;) {
              auto result = pool->submit([&] { ++done; });
              ++taken;
              result.on_done([&](weft::future<>& ended) { cancelled += ended.cancelled() ? 1 : 0; });
            }
          } catch (const weft::rejected&) {
            // The pool has ended.
          }
        });
      }
      while (taken < 20) std::this_thread::yield();
      pool->shutdown(round % 2 == 0 ? weft::shutdown::drain : weft::shutdown::cancel_queued);
    }
    CHECK(done + cancelled == taken);
    if (round % 2 == 0) CHECK(cancelled == 0);
  }
}

TEST_CASE("thread_pool: threads that end for want of work, and those that come, leave nothing behind") {
  thread_pool pool({.core = 1,
                    .max = 4,
                    .keep_alive = std::chrono::microseconds(50),
                    .core_timeout = true,
                    .queue = 1,
                    .reject = weft::reject::block});
  std::atomic<int> done = 0;
  {
    std::vector<thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 300; ++i) {
          pool.post([&] { ++done; });
          if (i % 50 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
      });
    }
  }
  CHECK(pool.wait_idle());
  CHECK(done == 900);
}

TEST_CASE("thread_pool: tasks of several loops and threads wait for the same pool") {
  thread_pool pool({.core = 2});
  std::atomic<int> sum = 0;
  {
    std::vector<thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        auto main_task = [&]() -> weft::task<> {
          for (int i = 0; i < 100; ++i) sum += co_await pool.submit([] { return 1; });
        };
        CHECK(weft::run(main_task) == 0);
      });
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) sum += pool.submit([] { return 1; }).get();
      });
    }
  }
  CHECK(sum == 600);
}

TEST_CASE("blocking_queue: putters and getters that give up lose and double nothing") {
  weft::blocking_queue<int> q(2);
  std::atomic<long> put = 0;
  std::atomic<long> got = 0;
  std::atomic<int> putters = 2;
  {
    std::vector<thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        for (int i = 1; i <= 500; ++i) {
          try {
            q.put(i, true, std::chrono::microseconds(20));
            put += i;
          } catch (const weft::queue_full&) {
            // Given up.
          }
        }
        if (--putters == 0) q.close();
      });
      threads.emplace_back([&] {
        for (;;) {
          try {
            got += q.get(true, std::chrono::microseconds(20));
          } catch (const weft::queue_empty&) {
            // Looks again.
          } catch (const weft::queue_closed&) {
            return;
          }
        }
      });
    }
  }
  CHECK(put == got);
}

}  // namespace

#include <weft/pool/thread_pool.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

using namespace pool_test;
using weft::future;
using weft::reject;
using weft::shutdown;
using weft::thread_pool;

TEST_CASE("thread_pool: the destructor does what waits") {
  std::atomic<int> done = 0;
  {
    thread_pool pool({.core = 2});
    for (int i = 0; i < 100; ++i) pool.post([&] { ++done; });
  }
  CHECK(done == 100);
}

TEST_CASE("thread_pool: shutdown(drain) does what waits, and leaves nothing") {
  thread_pool pool({.core = 2});
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) pool.post([&] { ++done; });
  const auto left = pool.shutdown();
  CHECK(done == 100);
  CHECK(left.cancelled == 0);
  CHECK(left.unfinished == 0);
  CHECK(pool.stats().threads == 0);
}

TEST_CASE("thread_pool: shutdown(cancel_queued) cancels what waits, and waits for what runs") {
  busy_pool busy({.core = 1});
  const auto first = busy.pool.submit([] {});
  const auto second = busy.pool.submit([] {});
  auto left = busy.pool.shutdown(shutdown::cancel_queued, 0s);
  CHECK(left.cancelled == 2);
  CHECK(left.unfinished == 1);
  CHECK(first.cancelled());
  CHECK_THROWS_AS(second.get(), weft::cancelled);
  busy.release();
  left = busy.pool.shutdown();
  CHECK(left.cancelled == 0);
  CHECK(left.unfinished == 0);
}

TEST_CASE("thread_pool: a shutdown that is not waited for goes on") {
  std::atomic<int> done = 0;
  busy_pool busy({.core = 1});
  busy.pool.post([&] { ++done; });
  CHECK(busy.pool.shutdown(shutdown::drain, 0s).unfinished == 2);
  busy.release();
  CHECK(busy.pool.shutdown().unfinished == 0);
  CHECK(done == 1);
}

TEST_CASE("thread_pool: after the end work is refused, and what would be discarded is discarded") {
  thread_pool pool({.core = 1});
  pool.shutdown();
  CHECK_THROWS_AS(pool.submit([] {}), weft::rejected);
  CHECK_THROWS_AS(pool.post([] {}), weft::rejected);
  CHECK_FALSE(pool.try_submit([] {}));
  thread_pool quiet({.core = 1, .reject = reject::discard});
  quiet.shutdown();
  CHECK_THROWS_AS(quiet.submit([] {}).get(), weft::rejected);
  CHECK(quiet.stats().rejected == 1);
}

TEST_CASE("thread_pool: what callers would do themselves is refused after the end") {
  thread_pool pool({.core = 1, .queue = 1, .reject = reject::caller_runs});
  pool.shutdown();
  CHECK_THROWS_AS(pool.submit([] {}), weft::rejected);
  CHECK_THROWS_AS(pool.map(std::vector<int>{1}, [](int x) { return x; }).begin().operator*(), weft::cancelled);
}

TEST_CASE("thread_pool: shutdown() may be repeated, and many threads may call it") {
  thread_pool pool({.core = 2});
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) pool.post([&] { ++done; });
  {
    std::vector<std::jthread> enders;
    for (int t = 0; t < 3; ++t) enders.emplace_back([&] { CHECK(pool.shutdown().unfinished == 0); });
  }
  CHECK(done == 100);
  CHECK(pool.shutdown(shutdown::cancel_queued).cancelled == 0);
}

TEST_CASE("thread_pool: shutdown(cancel_queued) of a paused pool cancels what waits, and says how much that was") {
  thread_pool pool({.core = 1});
  pool.pause();
  std::vector<future<>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(pool.submit([] {}));
  CHECK(pool.shutdown(shutdown::cancel_queued).cancelled == 5);
  for (const auto& each : waiting) CHECK(each.cancelled());
}

TEST_CASE("thread_pool: a callback may submit to a pool that ends, and is told so") {
  const held_work held;
  bool refused = false;
  {
    thread_pool pool({.core = 1});
    const auto last = pool.submit(held);
    held.wait_until_begun();
    last.on_done([&] {
      try {
        pool.post([] {});
      } catch (const weft::rejected&) {
        refused = true;
      }
    });
    pool.shutdown(shutdown::drain, 0s);
    held.release();
  }
  CHECK(refused);
}

TEST_CASE("thread_pool: shutdown() of a paused pool resumes it") {
  thread_pool pool({.core = 1});
  pool.pause();
  const auto waiting = pool.submit([] { return 1; });
  pool.shutdown();
  CHECK(waiting.get() == 1);
}

TEST_CASE("thread_pool: discard drops the new, whose future says so") {
  busy_pool busy({.core = 1, .queue = 1, .reject = reject::discard});
  const auto kept = busy.pool.submit([] { return 1; });
  const auto dropped = busy.pool.submit([] { return 2; });
  CHECK_THROWS_AS(dropped.get(), weft::rejected);
  busy.release();
  CHECK(kept.get() == 1);
}

TEST_CASE("thread_pool: discard_oldest drops what has waited longest") {
  busy_pool busy({.core = 1, .queue = 1, .reject = reject::discard_oldest});
  const auto dropped = busy.pool.submit([] { return 1; });
  const auto kept = busy.pool.submit([] { return 2; });
  CHECK_THROWS_AS(dropped.get(), weft::rejected);
  busy.release();
  CHECK(kept.get() == 2);
}

TEST_CASE("thread_pool: discard_oldest without a queue drops the new") {
  busy_pool busy({.core = 1, .queue = 0, .reject = reject::discard_oldest});
  CHECK_THROWS_AS(busy.pool.submit([] {}).get(), weft::rejected);
}

TEST_CASE("thread_pool: caller_runs has it done by the one who submits") {
  busy_pool busy({.core = 1, .queue = 1, .reject = reject::caller_runs});
  const auto queued = busy.pool.submit([] { return std::this_thread::get_id(); });
  const auto mine = busy.pool.submit([] { return std::this_thread::get_id(); });
  CHECK(mine.ready());
  CHECK(mine.get() == std::this_thread::get_id());
  busy.release();
  CHECK(queued.get() != std::this_thread::get_id());
}

TEST_CASE("thread_pool: block waits for room, and keeps the queue within its bound") {
  std::atomic<int> done = 0;
  {
    thread_pool pool({.core = 1, .queue = 2, .reject = reject::block});
    std::vector<std::jthread> submitters;
    for (int t = 0; t < 3; ++t) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          pool.post([&] { ++done; });
          CHECK(pool.stats().queued <= 2);
        }
      });
    }
  }
  CHECK(done == 600);
}

TEST_CASE("thread_pool: work that submits to its own full, blocking pool does it itself") {
  int sum = 0;  // outlives the pool: the last of the work is done after who submitted it has ended
  thread_pool pool({.core = 1, .queue = 1, .reject = reject::block});
  const auto outer = pool.submit([&] {
    for (int i = 0; i < 10; ++i) pool.post([&sum] { ++sum; });
    return sum;
  });
  CHECK(outer.get() >= 9);
}

TEST_CASE("thread_pool: who waits for room is told of the end") {
  busy_pool busy({.core = 1, .queue = 1, .reject = reject::block});
  const auto waiting = busy.pool.submit([] {});
  std::atomic<bool> refused = false;
  std::jthread submitter([&] {
    try {
      busy.pool.post([] {});
    } catch (const weft::rejected&) {
      refused = true;
    }
  });
  busy.pool.shutdown(shutdown::cancel_queued, 0s);
  submitter.join();
  CHECK(refused);
}

TEST_CASE("thread_pool: get() in work of the same pool does what is waited for") {
  thread_pool pool({.core = 1});
  const auto outer = pool.submit([&] {
    const auto inner = pool.submit([&] { return pool.submit([] { return 3; }).get() + 1; });
    return inner.get() + 1;
  });
  CHECK(outer.get() == 5);
}

TEST_CASE("thread_pool: a wait without a limit of time does what is waited for, one that may not wait does not") {
  thread_pool pool({.core = 1});
  const auto outer = pool.submit([&] {
    bool begun = false;
    const auto inner = pool.submit([&] { begun = true; });
    const bool ended = inner.wait_for(0s);
    return !ended && !begun && inner.cancel();
  });
  CHECK(outer.get());
}

TEST_CASE("thread_pool: nested waits of many on few threads all end") {
  thread_pool pool({.core = 2});
  struct tree {
    int operator()(int depth) const {
      if (depth == 0) return 1;
      const auto left = pool->submit(*this, depth - 1);
      const auto right = pool->submit(*this, depth - 1);
      return left.get() + right.get();
    }
    thread_pool* pool;
  };
  CHECK(pool.submit(tree{&pool}, 10).get() == 1024);
}

TEST_CASE("thread_pool: work that waits for itself is told so") {
  thread_pool pool({.core = 1});
  auto own = std::make_shared<future<>>();
  const held_work held;
  *own = pool.submit([=] {
    held();
    own->get();
  });
  held.wait_until_begun();
  held.release();
  CHECK_THROWS_AS(own->get(), weft::would_deadlock);
}

TEST_CASE("thread_pool: two pieces of work that wait for each other do not wait for ever") {
  thread_pool pool({.core = 2});
  auto futures = std::make_shared<std::array<future<>, 2>>();
  const held_work a;
  const held_work b;
  (*futures)[0] = pool.submit([=] {
    a();
    (*futures)[1].get();
  });
  (*futures)[1] = pool.submit([=] {
    b();
    (*futures)[0].get();
  });
  a.wait_until_begun();
  b.wait_until_begun();
  a.release();
  b.release();
  // The one who came second is told, and fails; so does the other, which waited for it.
  CHECK_THROWS_AS((*futures)[0].get(), weft::would_deadlock);
  CHECK_THROWS_AS((*futures)[1].get(), weft::would_deadlock);
}

TEST_CASE("thread_pool: work cannot wait for the end of its own pool") {
  thread_pool pool({.core = 1});
  CHECK_THROWS_AS(pool.submit([&] { pool.shutdown(); }).get(), weft::would_deadlock);
  CHECK_THROWS_AS(pool.submit([&] { pool.wait_idle(); }).get(), weft::would_deadlock);
}

TEST_CASE("thread_pool: work may destroy its own pool") {
  auto pool = std::make_shared<thread_pool>(weft::thread_pool_options{.core = 2});
  const held_work held;
  auto result = pool->submit([pool, held]() mutable {
    held();
    pool.reset();
    return 1;
  });
  held.wait_until_begun();
  pool.reset();
  held.release();
  CHECK(result.get() == 1);
}

/// Posts to a pool when its thread ends.
struct last_post {
  last_post() = default;
  last_post(const last_post&) = delete;
  last_post& operator=(const last_post&) = delete;
  ~last_post() {
    if (to != nullptr) to->post([told = told] { told->release(); });
  }
  thread_pool* to = nullptr;
  std::binary_semaphore* told = nullptr;
};

TEST_CASE("thread_pool: objects of a thread that outlive its pool may use another one") {
  std::binary_semaphore told(0);
  thread_pool other({.core = 1});
  auto pool = std::make_shared<thread_pool>(weft::thread_pool_options{.core = 1});
  const held_work held;
  pool->post([pool, held, &other, &told]() mutable {
    static thread_local last_post at_end;
    at_end.to = &other;
    at_end.told = &told;
    held();
    pool.reset();
  });
  held.wait_until_begun();
  pool.reset();
  held.release();
  told.acquire();
}

}  // namespace

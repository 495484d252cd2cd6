#include "sweep.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/sleep.hpp>
#include <weft/sync/bounded_semaphore.hpp>
#include <weft/sync/condition.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/recursive_mutex.hpp>
#include <weft/sync/semaphore.hpp>
#include <weft/sync/shared_mutex.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace {

using namespace sweep;
using weft::spawn_options;
using weft::task;
using weft::task_group;

/// Counts who is inside, and fails where that are too many.
struct room {
  std::size_t limit;
  std::size_t inside = 0;

  task<> stay() {
    expect(++inside <= limit, "too many are inside");
    const weft::scope_exit leave([this] { --inside; });
    co_await weft::sleep(1h);
    co_await weft::yield();
  }
};

template <class Semaphore>
task<> share_permits() {
  Semaphore permits(2);
  room inside{2};
  auto worker = [&]() -> task<> {
    for (int i = 0; i < 2; ++i) {
      const auto permit = co_await permits.guard();
      co_await inside.stay();
    }
  };
  auto body = [&](task_group& group) -> task<> {
    for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, worker);
    co_await worker();
  };
  auto check = [&] { expect(permits.available() == 2, "a permit is lost"); };
  co_await scope_then(body, check);
}

TEST_CASE("sweep: semaphore") { everything(share_permits<weft::semaphore>, {"a", "b", "c"}); }

TEST_CASE("sweep: bounded_semaphore") { everything(share_permits<weft::bounded_semaphore>, {"a", "b", "c"}); }

TEST_CASE("sweep: semaphore, acquired and released by hand") {
  auto scenario = []() -> task<> {
    weft::semaphore permits(1);
    auto worker = [&]() -> task<> {
      co_await permits.acquire();
      const weft::scope_exit release([&] { permits.release(); });
      co_await weft::yield();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, worker);
      co_return;
    };
    auto check = [&] { expect(permits.available() == 1, "the permit is lost"); };
    co_await scope_then(body, check);
  };
  everything(scenario, {"a", "b", "c"});
}

TEST_CASE("sweep: mutex") {
  auto scenario = []() -> task<> {
    weft::mutex lock;
    room inside{1};
    auto worker = [&]() -> task<> {
      for (int i = 0; i < 2; ++i) {
        const auto guard = co_await lock.lock();
        co_await inside.stay();
      }
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, worker);
      co_await worker();
    };
    auto check = [&] { expect(!lock.is_locked(), "the mutex is still locked"); };
    co_await scope_then(body, check);
  };
  everything(scenario, {"a", "b", "c"});
}

TEST_CASE("sweep: recursive_mutex") {
  auto scenario = []() -> task<> {
    weft::recursive_mutex lock;
    room inside{1};
    auto worker = [&]() -> task<> {
      const auto outer = co_await lock.lock();
      co_await weft::yield();
      const auto inner = co_await lock.lock();
      expect(lock.depth() == 2, "locked twice");
      co_await inside.stay();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, worker);
      co_await worker();
    };
    auto check = [&] { expect(lock.depth() == 0, "the mutex is still locked"); };
    co_await scope_then(body, check);
  };
  everything(scenario, {"a", "b", "c"});
}

TEST_CASE("sweep: shared_mutex") {
  auto scenario = []() -> task<> {
    weft::shared_mutex lock;
    int readers = 0;
    bool writing = false;
    auto reader = [&]() -> task<> {
      for (int i = 0; i < 2; ++i) {
        const auto guard = co_await lock.lock_shared();
        ++readers;
        const weft::scope_exit leave([&] { --readers; });
        expect(!writing, "a reader beside a writer");
        co_await weft::sleep(1h);
      }
    };
    auto writer = [&]() -> task<> {
      for (int i = 0; i < 2; ++i) {
        const auto guard = co_await lock.lock();
        writing = true;
        const weft::scope_exit leave([&] { writing = false; });
        expect(readers == 0, "a writer beside a reader");
        co_await weft::sleep(1h);
        expect(readers == 0 && writing, "a writer is alone");
      }
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"reader"}, reader);
      group.spawn(spawn_options{"writer"}, writer);
      group.spawn(reader);
      group.spawn(writer);
      co_await reader();
    };
    auto check = [&] { expect(static_cast<bool>(lock.try_lock()), "the mutex is still held"); };
    co_await scope_then(body, check);
  };
  everything(scenario, {"reader", "writer"});
}

TEST_CASE("sweep: shared_mutex, where readers wait behind a writer that gives up") {
  auto scenario = []() -> task<> {
    weft::shared_mutex lock;
    bool reading = false;
    auto write = [&]() -> task<> { const auto guard = co_await lock.lock(); };
    auto read = [&]() -> task<> {
      const auto guard = co_await lock.lock_shared();
      reading = true;
    };
    auto body = [&](task_group& group) -> task<> {
      auto held = co_await lock.lock_shared();
      auto options = spawn_options{"writer"};
      auto writer = co_await group.spawn(options, write);
      group.spawn(read);
      co_await weft::sleep(1h);
      expect(reading || !writer.ready(), "the reader is let in when no writer is before it any more");
      held.unlock();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"writer"});
}

/// Items under a mutex, with a condition for each direction.
struct store {
  weft::mutex lock;
  weft::condition filled;
  weft::condition emptied;
  int items = 0;
  int made = 0;
  int used = 0;

  task<> produce() {
    for (int i = 0; i < 3; ++i) {
      co_await weft::sleep(1h);  // meanwhile every consumer waits again
      auto guard = co_await lock.lock();
      auto has_room = [this] { return items < 2; };
      co_await emptied.wait(guard, has_room);
      ++items;
      ++made;
      filled.notify_one();
    }
  }
  task<> consume() {
    for (;;) {
      auto guard = co_await lock.lock();
      auto has_items = [this] { return items > 0; };
      co_await filled.wait(guard, has_items);
      --items;
      ++used;
      emptied.notify_all();
      guard.unlock();
      co_await weft::yield();
    }
  }
};

TEST_CASE("sweep: condition") {
  auto scenario = []() -> task<> {
    store shared;
    auto consumer = [&]() -> task<> { return shared.consume(); };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"a"}, consumer);
      group.spawn(spawn_options{"b"}, consumer);
      co_await shared.produce();
      auto guard = co_await shared.lock.lock();
      auto is_empty = [&] { return shared.items == 0; };
      co_await shared.emptied.wait(guard, is_empty);
      group.cancel();
    };
    auto check = [&] {
      expect(shared.made == shared.used + shared.items, "an item is lost");
      expect(!shared.lock.is_locked(), "the mutex is still locked");
    };
    co_await scope_then(body, check);
  };
  everything(scenario, {"a", "b"});
}

}  // namespace

// Compiled without optimisation, where no compiler makes tail calls: what the stack holds then is what the core puts on
// it.
#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>

#include <doctest/doctest.h>

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

/// Runs `body` as the main task of a loop on a thread with a stack of half a MiB: too little for a million of anything.
void run_on_small_stack(std::function<task<>()> body) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, std::size_t{512} * 1024) == 0);
  pthread_t thread;
  auto entry = [](void* argument) -> void* {
    run_test(*static_cast<std::function<task<>()>*>(argument));
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, entry, &body) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

constexpr int million = 1'000'000;

/// Awaits itself `depth` times deep.
task<int> nest(int depth) {
  if (depth == 0) {
    co_await weft::yield();
    co_return 0;
  }
  const int below = co_await nest(depth - 1);
  co_return below + 1;
}

task<> fail_below(int depth) {
  if (depth == 0) {
    co_await weft::sleep(24h);
  } else {
    co_await fail_below(depth - 1);
  }
}

TEST_CASE("stack: a million awaits of coroutines that are ready at once, one after the other") {
  long sum = 0;
  run_on_small_stack([&]() -> task<> {
    for (int i = 0; i < million; ++i) sum += co_await give(1);
  });
  CHECK(sum == million);
}

TEST_CASE("stack: a million awaits of children that have ended already, and of such that have not") {
  long sum = 0;
  run_on_small_stack([&]() -> task<> {
    auto ended = weft::spawn(give<int>, 1);
    co_await ended.join();
    for (int i = 0; i < million; ++i) sum += co_await ended;
    for (int i = 0; i < million / 10; ++i) sum += co_await weft::spawn(give<int>, 10);
  });
  CHECK(sum == 2L * million);
}

TEST_CASE("stack: a million yields") {
  int turns = 0;
  run_on_small_stack([&]() -> task<> {
    for (; turns < million; ++turns) co_await weft::yield();
  });
  CHECK(turns == million);
}

TEST_CASE("stack: a hundred thousand coroutines that await each other, ending one by one") {
  int depth = 0;
  run_on_small_stack([&]() -> task<> { depth = co_await nest(100'000); });
  CHECK(depth == 100'000);
}

TEST_CASE("stack: a kill that unwinds a hundred thousand coroutines") {
  bool killed = false;
  run_on_small_stack([&]() -> task<> {
    auto child = weft::spawn(fail_below, 100'000);
    co_await weft::yield();
    co_await child.kill_join();
    killed = child.killed();
  });
  CHECK(killed);
}

TEST_CASE("stack: a chain of tasks, each waiting for the one before, and a group of as many that is cancelled") {
  constexpr int count = 50'000;
  int ended = 0;
  run_on_small_stack([&]() -> task<> {
    auto link = [&](weft::handle<> before) -> task<> {
      if (before) co_await before;
      ++ended;
    };
    weft::handle<> last;
    for (int i = 0; i < count; ++i) last = weft::spawn(link, last);
    co_await last;
    auto sleeper = [&]() -> task<> {
      try {
        co_await weft::sleep(24h);
      } catch (const weft::cancelled&) {
        ++ended;
        throw;
      }
    };
    auto body = [&](weft::task_group& group) -> task<> {
      for (int i = 0; i < count; ++i) group.spawn(sleeper);
      co_await weft::yield();
      co_await weft::sleep(0s);
      group.cancel();
    };
    co_await weft::scope(body);
  });
  CHECK(ended == 2 * count);
}

task<> nest_scopes(int depth) {
  if (depth == 0) {
    co_await weft::sleep(24h);
  } else {
    auto body = [depth](weft::task_group& group) -> task<> {
      group.spawn(nest_scopes, depth - 1);
      co_return;
    };
    co_await weft::scope(body);
  }
}

TEST_CASE("stack: a kill of a task around fifty thousand scopes, one inside a child of the other") {
  bool killed = false;
  run_on_small_stack([&]() -> task<> {
    auto outermost = weft::spawn(nest_scopes, 50'000);
    for (int turns = 0; turns < 60'000; ++turns) co_await weft::yield();
    co_await outermost.kill_join();
    killed = outermost.killed();
  });
  CHECK(killed);
}

}  // namespace

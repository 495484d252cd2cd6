#include <weft/core/async_generator.hpp>

#include "support.hpp"

#include <weft/core/deadline.hpp>
#include <weft/core/join.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::async_generator;
using weft::task;

async_generator<int> count_to(int last) {
  for (int i = 1; i <= last; ++i) {
    if (i % 2 == 0) co_await weft::yield();
    co_yield i;
  }
}

/// Cleans up, with a wait, when it is closed or killed; says in `log` what happened.
async_generator<int> careful(std::vector<std::string>& log) {
  std::exception_ptr ended;
  try {
    for (int i = 0;; ++i) {
      co_await weft::yield();
      co_yield i;
    }
  } catch (const weft::cancelled& why) {
    log.push_back(why.reason());
    ended = std::current_exception();
  }
  auto clean = []() -> task<> { co_await weft::yield(); };
  co_await weft::shield(1s, clean);
  log.emplace_back("cleaned up");
  std::rethrow_exception(ended);
}

TEST_CASE("async_generator: gives every value in order, whether its body waits or not, then nothing") {
  run_simulated_test([]() -> task<> {
    auto g = count_to(5);
    std::vector<int> seen;
    while (const auto x = co_await g.next()) seen.push_back(*x);
    CHECK(seen == std::vector{1, 2, 3, 4, 5});
    CHECK(g.is_done());
    const auto after = co_await g.next();
    CHECK_FALSE(after);
    async_generator<int> empty;
    const auto none = co_await empty.next();
    CHECK_FALSE(none);
  });
}

TEST_CASE("async_generator: a hundred thousand values do not grow the stack") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> async_generator<int> {
      for (int i = 0; i < 100'000; ++i) co_yield i;
    };
    auto g = body();
    long sum = 0;
    while (const auto x = co_await g.next()) sum += *x;
    CHECK(sum == 4'999'950'000);
  });
}

TEST_CASE("async_generator: one can feed another, and different tasks may ask one after the other") {
  run_simulated_test([]() -> task<> {
    auto doubled = [](async_generator<int> source) -> async_generator<int> {
      while (const auto x = co_await source.next()) co_yield *x * 2;
    };
    auto g = doubled(count_to(3));
    auto ask = [&g]() -> task<int> {
      const auto x = co_await g.next();
      co_return x.value_or(0);
    };
    std::vector<int> seen;
    for (int i = 0; i < 4; ++i) seen.push_back(co_await weft::spawn(ask));
    CHECK(seen == std::vector{2, 4, 6, 0});
  });
}

TEST_CASE("async_generator: what the body throws comes out of the next that met it, and ends the generator") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> async_generator<int> {
      co_yield 1;
      co_await weft::yield();
      throw std::runtime_error("no more");
    };
    auto g = body();
    const auto first = co_await g.next();
    CHECK(first == 1);
    const std::string failure = co_await outcome_of(g.next());
    CHECK(failure == "no more");
    CHECK(g.is_done());
    const auto after = co_await g.next();
    CHECK_FALSE(after);
  });
}

TEST_CASE("async_generator: dropped early, the locals of the body are destroyed, wherever it stands") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    auto body = [](int& count) -> async_generator<int> {
      const tracker local(count);
      for (int i = 0;; ++i) co_yield i;
    };
    {
      auto never_begun = body(alive);
    }
    CHECK(alive == 0);
    {
      auto g = body(alive);
      static_cast<void>(co_await g.next());
      CHECK(alive == 1);
      auto moved = std::move(g);
      const auto second = co_await moved.next();
      CHECK(second == 1);
    }
    CHECK(alive == 0);
  });
}

TEST_CASE("async_generator: a kill ends the wait in the body, and the task with it") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> log;
    auto read = [&log]() -> task<> {
      auto g = careful(log);
      while (const auto x = co_await g.next()) {
      }
    };
    auto reading = weft::spawn(read);
    for (int i = 0; i < 3; ++i) co_await weft::yield();
    reading.kill("enough");
    co_await reading.join();
    CHECK(reading.killed());
    CHECK(log == std::vector<std::string>{"enough", "cleaned up"});
  });
}

TEST_CASE("async_generator: a deadline around next ends the body's wait and the generator") {
  run_simulated_test([]() -> task<> {
    auto stuck = []() -> async_generator<int> {
      co_yield 1;
      co_await weft::sleep(1h);
      co_yield 2;
    };
    auto g = stuck();
    static_cast<void>(co_await g.next());
    auto ask = [&g]() -> task<int> { co_return (co_await g.next()).value_or(0); };
    const auto late = co_await weft::move_on_after(1ms, ask);
    CHECK_FALSE(late);
    CHECK(g.is_done());
  });
}

TEST_CASE("async_generator: close runs the body to its end, waits included, and is no failure") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> log;
    auto g = careful(log);
    static_cast<void>(co_await g.next());
    co_await g.close();
    CHECK(log == std::vector<std::string>{"the generator was closed", "cleaned up"});
    CHECK(g.is_done());
    co_await g.close();
    const auto after = co_await g.next();
    CHECK_FALSE(after);
  });
}

TEST_CASE("async_generator: closed before it began or after its end, nothing runs") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> log;
    auto fresh = careful(log);
    co_await fresh.close();
    CHECK(log.empty());
    CHECK(fresh.is_done());
    auto ended = count_to(0);
    static_cast<void>(co_await ended.next());
    co_await ended.close();
    CHECK(ended.is_done());
  });
}

TEST_CASE("async_generator: one that yields on while it is closed is stopped again; what it throws reaches close") {
  run_simulated_test([]() -> task<> {
    int refused = 0;
    auto stubborn = [](int& count) -> async_generator<int> {
      for (int i = 0; i < 3; ++i) {
        try {
          co_yield i;
        } catch (const weft::cancelled&) {
          ++count;
        }
      }
      throw std::runtime_error("cannot close the file");
    };
    auto g = stubborn(refused);
    static_cast<void>(co_await g.next());
    const std::string failure = co_await outcome_of(g.close());
    CHECK(failure == "cannot close the file");
    CHECK(refused == 3);
  });
}

TEST_CASE("async_generator: values that can only be moved come out") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> async_generator<std::unique_ptr<int>> { co_yield std::make_unique<int>(7); };
    auto g = body();
    const auto value = co_await g.next();
    REQUIRE(value);
    CHECK(**value == 7);
  });
}

/// Each value has 10 s to be asked for and made; the third takes longer.
async_generator<int> in_time(bool& was_late) {
  weft::deadline limit(10s);
  for (int i = 1;; ++i) {
    try {
      co_await weft::sleep(i < 3 ? 1s : 1h);
    } catch (const weft::cancelled&) {
      if (!limit.was_hit()) throw;
      was_late = true;
      co_return;
    }
    co_yield i;
    limit.expires_after(10s);
  }
}

TEST_CASE("async_generator: a deadline that the body holds over a co_yield is none of the consumer's") {
  run_simulated_test([]() -> task<> {
    bool was_late = false;
    auto g = in_time(was_late);
    auto next = [&]() -> task<std::optional<int>> { co_return co_await g.next(); };
    for (int i = 1; i <= 2; ++i) {
      const auto value = co_await weft::timeout(5s, next);
      CHECK(value == i);
      co_await weft::sleep(2s);
    }
    const auto end = co_await g.next();
    CHECK_FALSE(end);
    CHECK(was_late);
  });
}

TEST_CASE("async_generator: a deadline of the body that passes while the consumer waits is met by the body") {
  run_simulated_test([]() -> task<> {
    bool was_late = false;
    auto g = in_time(was_late);
    static_cast<void>(co_await g.next());
    co_await weft::sleep(1h);
    CHECK_FALSE(was_late);
    const auto end = co_await g.next();
    CHECK_FALSE(end);
    CHECK(was_late);
  });
}

TEST_CASE("async_generator: goes on in another task, with its deadline, after the one that began it has ended") {
  run_simulated_test([]() -> task<> {
    bool was_late = false;
    auto g = in_time(was_late);
    auto take = [&]() -> task<std::optional<int>> { co_return co_await g.next(); };
    for (int i = 1; i <= 2; ++i) {
      const auto value = co_await weft::spawn(take);
      CHECK(value == i);
      co_await weft::sleep(3s);
    }
    const auto end = co_await weft::spawn(take);
    CHECK_FALSE(end);
    CHECK(was_late);
    auto dropped = in_time(was_late);
    auto begin = [&]() -> task<> { static_cast<void>(co_await dropped.next()); };
    co_await weft::spawn(begin);
  });
}

}  // namespace

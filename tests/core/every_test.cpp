#include <weft/core/every.hpp>

#include "support.hpp"

#include <weft/core/cancel_scope.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using namespace core_test;
using weft::missed_ticks;
using weft::task;
using weft::ticker;
using weft::time_point;

TEST_CASE("every: the first tick is due at once, the others one period apart") {
  run_simulated_test([]() -> task<> {
    const time_point before = weft::now();
    ticker tick = weft::every(1ms);
    const time_point first = co_await tick.next();
    const time_point second = co_await tick.next();
    CHECK(first >= before);
    CHECK(second == first + 1ms);
    CHECK(weft::now() >= second);
    CHECK(tick.due() == second + 1ms);
  });
}

TEST_CASE("every: with burst, all the ticks that were missed come one behind the other") {
  run_simulated_test([]() -> task<> {
    const time_point start = weft::now() - 10h;
    ticker tick(start, 1h, missed_ticks::burst);
    for (int i = 0; i <= 10; ++i) {
      const time_point due = co_await tick.next();
      CHECK(due == start + i * 1h);
    }
    CHECK(tick.due() > weft::now());
  });
}

TEST_CASE("every: with skip, the ticks that were missed are left out and the rhythm stays") {
  run_simulated_test([]() -> task<> {
    const time_point start = weft::now() - 10h - 30min;
    ticker tick(start, 1h, missed_ticks::skip);
    const time_point late = co_await tick.next();
    CHECK(late == start);
    CHECK(tick.due() == start + 11h);
  });
}

TEST_CASE("every: with delay, the next tick comes a whole period behind the late one") {
  run_simulated_test([]() -> task<> {
    const time_point before = weft::now();
    ticker tick(before - 10h, 1h, missed_ticks::delay);
    co_await tick.next();
    CHECK(tick.due() >= before + 1h);
    CHECK(tick.due() <= weft::now() + 1h);
  });
}

TEST_CASE("every: a tick that is hardly late does not move the others") {
  run_simulated_test([]() -> task<> {
    const time_point start = weft::now();
    ticker tick(start, 1h, missed_ticks::delay);
    co_await tick.next();
    CHECK(tick.due() == start + 1h);
  });
}

TEST_CASE("every: a cancelled wait loses no tick") {
  run_simulated_test([]() -> task<> {
    const time_point start = weft::now() + 1h;
    ticker tick(start, 1h, missed_ticks::burst);
    {
      weft::deadline_scope limit(weft::now());
      try {
        co_await tick.next();
      } catch (const weft::cancelled&) {
        if (!limit.was_hit()) throw;
      }
      CHECK(limit.was_hit());
    }
    CHECK(tick.due() == start);
    tick.reset();
    CHECK(tick.due() >= start);
  });
}

TEST_CASE("every: a period that is not positive is refused") {
  run_simulated_test([]() -> task<> {
    CHECK_THROWS_AS(static_cast<void>(weft::every(0ms)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(weft::every(-1ms)), std::invalid_argument);
    co_return;
  });
}

TEST_CASE("every: a period without end ticks once") {
  run_simulated_test([]() -> task<> {
    auto tick = weft::every(weft::duration::max());
    co_await tick.next();
    CHECK(tick.due() == weft::time_point::max());
    auto next = [&]() -> task<> { co_await tick.next(); };
    const bool ticked = co_await weft::move_on_after(24h, next);
    CHECK_FALSE(ticked);
  });
}

}  // namespace

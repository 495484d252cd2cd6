#include <weft/core/cancel_scope.hpp>

#include "support.hpp"

#include <weft/core/deadline.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace {

using namespace core_test;
using weft::cancel_scope;
using weft::deadline_scope;
using weft::task;

TEST_CASE("cancel_scope: cancelled, every wait inside throws its reason; outside of it none") {
  run_simulated_test([]() -> task<> {
    {
      cancel_scope scope;
      co_await weft::yield();
      CHECK_FALSE(scope.is_cancelled());
      scope.cancel("enough");
      scope.cancel("too late");
      CHECK(scope.is_cancelled());
      CHECK(scope.was_hit());
      CHECK(scope.reason() == "enough");
      const std::string first = co_await outcome_of(weft::yield());
      const std::string second = co_await outcome_of(weft::sleep(1h));
      CHECK(first == "cancelled: enough");
      CHECK(second == "cancelled: enough");
    }
    co_await weft::yield();
  });
}

TEST_CASE("cancel_scope: another task ends the wait inside it") {
  run_simulated_test([]() -> task<> {
    cancel_scope* opened = nullptr;
    std::string outcome;
    bool went_on = false;
    auto body = [&]() -> task<> {
      {
        cancel_scope scope;
        opened = &scope;
        outcome = co_await outcome_of(weft::sleep(1h));
      }
      co_await weft::yield();
      went_on = true;
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    opened->cancel("from outside");
    co_await child;
    CHECK(outcome == "cancelled: from outside");
    CHECK(went_on);
  });
}

TEST_CASE("cancel_scope: nested, the outermost that is cancelled gives the reason and decides who was hit") {
  run_simulated_test([]() -> task<> {
    cancel_scope outer;
    {
      cancel_scope inner;
      inner.cancel("inner");
      const std::string first = co_await outcome_of(weft::yield());
      CHECK(first == "cancelled: inner");
      CHECK(inner.was_hit());
      CHECK_FALSE(outer.was_hit());
      outer.cancel("outer");
      const std::string second = co_await outcome_of(weft::yield());
      CHECK(second == "cancelled: outer");
      CHECK_FALSE(inner.was_hit());
      CHECK(outer.was_hit());
    }
    const std::string third = co_await outcome_of(weft::yield());
    CHECK(third == "cancelled: outer");
    outer.leave();
    co_await weft::yield();
  });
}

TEST_CASE("cancel_scope: a kill of the task is further out than every scope") {
  run_simulated_test([]() -> task<> {
    bool hit = true;
    weft::handle<> self;
    std::string outcome;
    auto body = [&]() -> task<> {
      cancel_scope scope;
      scope.cancel("scope");
      self.kill("task");
      outcome = co_await outcome_of(weft::yield());
      hit = scope.was_hit();
    };
    self = weft::spawn(body);
    co_await self.join();
    CHECK_FALSE(hit);
    CHECK(outcome == "cancelled: task");
  });
}

TEST_CASE("deadline_scope: its deadline can be moved both ways and taken away") {
  run_simulated_test([]() -> task<> {
    {
      deadline_scope scope(weft::deadline_after(1h));
      scope.expires_at(weft::deadline_after(1ms));
      const std::string outcome = co_await outcome_of(weft::sleep(1h));
      CHECK(outcome == "cancelled: timeout");
      scope.expires_at(weft::deadline_after(1h));
      const std::string still = co_await outcome_of(weft::yield());
      CHECK(still == "cancelled: timeout");
    }
    {
      deadline_scope scope(weft::deadline_after(1ms));
      scope.expires_at(weft::deadline_after(1h));
      co_await weft::sleep(2ms);
      CHECK_FALSE(scope.is_cancelled());
    }
    {
      deadline_scope scope(weft::deadline_after(1ms));
      scope.disarm();
      scope.disarm();
      co_await weft::sleep(2ms);
      CHECK_FALSE(scope.is_cancelled());
    }
  });
}

TEST_CASE("cancel_scope: one that ends before a later one leaves that one in place") {
  run_simulated_test([]() -> task<> {
    auto first = std::make_unique<weft::cancel_scope>();
    weft::deadline second(10s);
    first->cancel("first");
    first.reset();
    co_await weft::sleep(5s);
    const auto outcome = co_await outcome_of(weft::sleep(24h));
    CHECK(outcome == "cancelled: timeout");
    CHECK(second.was_hit());
  });
}

TEST_CASE("deadline: moved from a callback of the loop, it is kept") {
  run_simulated_test([]() -> task<> {
    weft::deadline limit(24h);
    weft::this_loop().post([&] { limit.expires_after(1h); });
    const auto outcome = co_await outcome_of(weft::sleep(24h));
    CHECK(outcome == "cancelled: timeout");
  });
}

}  // namespace

#include <weft/core/deadline.hpp>

#include "support.hpp"

#include <weft/core/shield.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/this_task.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <optional>

namespace {

using namespace core_test;
using weft::deadline;
using weft::task;
using weft::time_point;

task<> keep_deadline(std::optional<time_point>* kept) {
  *kept = weft::this_task::deadline();
  co_return;
}

TEST_CASE("deadline: one that has passed cancels the waits behind it, until the block ends") {
  run_simulated_test([]() -> task<> {
    {
      deadline limit(1ms);
      const std::string outcome = co_await outcome_of(weft::sleep(1h));
      CHECK(outcome == "cancelled: timeout");
      CHECK(limit.was_hit());
    }
    co_await weft::yield();
  });
}

TEST_CASE("deadline: it can be moved in both directions and taken away") {
  run_simulated_test([]() -> task<> {
    deadline limit(1h);
    const time_point first = limit.expiry();
    limit.expires_after(2h);
    CHECK(limit.expiry() > first);
    limit.disarm();
    CHECK(limit.expiry() == time_point::max());
    CHECK_FALSE(weft::this_task::deadline());
    limit.expires_at(weft::now());
    const std::string outcome = co_await outcome_of(weft::sleep(1h));
    CHECK(outcome == "cancelled: timeout");
    CHECK(limit.was_hit());
    limit.expires_after(1h);
    CHECK(limit.is_cancelled());
  });
}

TEST_CASE("deadline: timeout hands it to a callable that takes one") {
  run_simulated_test([]() -> task<> {
    auto prolongs = [](deadline& limit, int value) -> task<int> {
      limit.disarm();
      co_await weft::sleep(2ms);
      co_return value;
    };
    const int value = co_await weft::timeout(1ms, prolongs, 7);
    CHECK(value == 7);
    auto shortens = [](deadline& limit) -> task<> {
      limit.expires_after(0ms);
      co_await weft::sleep(1h);
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1h, shortens));
    CHECK(outcome == "timed out");
    const bool ended = co_await weft::move_on_after(1h, shortens);
    CHECK_FALSE(ended);
  });
}

TEST_CASE("this_task::deadline: the nearest of the nested ones") {
  run_simulated_test([]() -> task<> {
    CHECK_FALSE(weft::this_task::deadline());
    const deadline outer(1h);
    CHECK(weft::this_task::deadline() == outer.expiry());
    {
      const deadline later(2h);
      CHECK(weft::this_task::deadline() == outer.expiry());
      const deadline sooner(1min);
      CHECK(weft::this_task::deadline() == sooner.expiry());
    }
    CHECK(weft::this_task::deadline() == outer.expiry());
    co_return;
  });
}

TEST_CASE("this_task::deadline: children of a scope have that of the scope, other tasks none") {
  run_simulated_test([]() -> task<> {
    std::optional<time_point> in_child;
    std::optional<time_point> in_grandchild;
    std::optional<time_point> unscoped = weft::now();
    const deadline limit(1h);
    auto inner = [&](weft::task_group& group) -> task<> {
      group.spawn(keep_deadline, &in_grandchild);
      co_return;
    };
    auto child = [&]() -> task<> {
      const deadline own(2h);
      in_child = weft::this_task::deadline();
      co_await weft::scope(inner);
    };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(child);
      co_return;
    };
    co_await weft::scope(body);
    co_await weft::spawn(keep_deadline, &unscoped);
    CHECK(in_child == limit.expiry());
    CHECK(in_grandchild == limit.expiry());
    CHECK_FALSE(unscoped);
  });
}

TEST_CASE("this_task::deadline: what moves the deadline of a scope moves that of its children") {
  run_simulated_test([]() -> task<> {
    deadline limit(1h);
    std::optional<time_point> before;
    std::optional<time_point> after;
    auto child = [&]() -> task<> {
      before = weft::this_task::deadline();
      limit.expires_after(2h);
      after = weft::this_task::deadline();
      co_return;
    };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(child);
      co_return;
    };
    co_await weft::scope(body);
    CHECK(before < after);
    CHECK(after == limit.expiry());
  });
}

TEST_CASE("this_task::deadline: in a shield it is the shield's budget") {
  run_simulated_test([]() -> task<> {
    const deadline limit(1min);
    std::optional<time_point> inside;
    co_await weft::shield(1h, keep_deadline, &inside);
    REQUIRE(inside);
    CHECK(*inside > limit.expiry());
  });
}

}  // namespace

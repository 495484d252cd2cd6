#include <weft/core/cancelled.hpp>

#include "support.hpp"

#include <weft/core/cancel_scope.hpp>
#include <weft/core/join.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/this_task.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string_view>

namespace {

using namespace core_test;
using weft::cancel_origin;
using weft::task;

/// Waits for ever and keeps what ended the wait.
task<> wait_and_tell(std::optional<weft::cancelled>* told) {
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled& e) {
    *told = e;
    throw;
  }
}

bool is_this_file(const cancel_origin& origin) {
  return std::string_view(origin.where.file_name()).ends_with("cancelled_test.cpp");
}

TEST_CASE("cancelled: a kill tells who killed and where that is written") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> told;
    const auto victim = weft::spawn(wait_and_tell, &told);
    auto kill = [&]() -> task<> {
      victim.kill("enough");
      co_return;
    };
    const auto killer = weft::spawn(weft::spawn_options{.name = "killer"}, kill);
    co_await weft::yield();
    co_await victim.join();
    REQUIRE(told);
    CHECK(told->reason() == "enough");
    const cancel_origin origin = told->origin();
    CHECK(origin.how == cancel_origin::kind::kill);
    CHECK(origin.task == "killer");
    CHECK(origin.task_id == killer.id());
    CHECK(is_this_file(origin));
    CHECK(weft::describe(origin) ==
          "killed by task 'killer' at cancelled_test.cpp:" + std::to_string(origin.where.line()));
  });
}

TEST_CASE("cancelled: the handle of a killed task tells the same, also when the task never ran") {
  run_simulated_test([]() -> task<> {
    const auto victim = weft::spawn(nothing);
    victim.kill("not needed");
    co_await victim.join();
    std::optional<weft::cancelled> told;
    try {
      co_await victim;
    } catch (const weft::cancelled& e) {
      told = e;
    }
    REQUIRE(told);
    CHECK(told->origin().task_id == weft::this_task::id());
    CHECK(told->origin().task == weft::this_task::name());
  });
}

TEST_CASE("cancelled: a kill from a callback has no task") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> told;
    const auto victim = weft::spawn(wait_and_tell, &told);
    co_await weft::yield();
    weft::this_loop().post([&] { victim.kill("posted"); });
    co_await victim.join();
    REQUIRE(told);
    CHECK(told->origin().task.empty());
    CHECK(told->origin().task_id == 0);
    CHECK(is_this_file(told->origin()));
  });
}

TEST_CASE("cancelled: a timeout tells which task set it and where") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> told;
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, wait_and_tell, &told));
    CHECK(outcome == "timed out");
    REQUIRE(told);
    CHECK(told->origin().how == cancel_origin::kind::timeout);
    CHECK(told->origin().task == weft::this_task::name());
    CHECK(is_this_file(told->origin()));
    CHECK(weft::describe(told->origin()).starts_with("ended by a timeout of task '"));
  });
}

TEST_CASE("cancelled: the children of a scope learn which timeout around it ended them") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> in_child;
    auto spawns = [&]() -> task<> {
      auto body = [&](weft::task_group& group) -> task<> {
        group.spawn(wait_and_tell, &in_child);
        co_return;
      };
      co_await weft::scope(body);
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, spawns));
    CHECK(outcome == "timed out");
    REQUIRE(in_child);
    CHECK(in_child->reason() == "the scope was cancelled");
    CHECK(in_child->origin().how == cancel_origin::kind::timeout);
    CHECK(is_this_file(in_child->origin()));
  });
}

TEST_CASE("cancelled: siblings learn which task failed") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> in_sibling;
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(wait_and_tell, &in_sibling);
      group.spawn(weft::spawn_options{.name = "culprit"}, fail_after_turns, 3, "broken");
      co_return;
    };
    const std::string outcome = co_await outcome_of(weft::scope(body));
    CHECK(outcome == "broken");
    REQUIRE(in_sibling);
    CHECK(in_sibling->reason() == "a sibling failed");
    CHECK(in_sibling->origin().how == cancel_origin::kind::group);
    CHECK(in_sibling->origin().task == "culprit");
  });
}

TEST_CASE("cancelled: group.cancel, cancel_scope and killall tell where they are written") {
  run_simulated_test([]() -> task<> {
    std::optional<weft::cancelled> told;
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(wait_and_tell, &told);
      co_await weft::yield();
      group.cancel();
    };
    co_await weft::scope(body);
    REQUIRE(told);
    CHECK(told->origin().how == cancel_origin::kind::group);
    CHECK(is_this_file(told->origin()));
    told.reset();
    {
      weft::cancel_scope scope;
      scope.cancel("by hand");
      co_await outcome_of(wait_and_tell(&told));
    }
    REQUIRE(told);
    CHECK(told->origin().how == cancel_origin::kind::scope);
    CHECK(is_this_file(told->origin()));
    told.reset();
    std::vector<weft::handle<void>> victims;
    victims.push_back(weft::spawn(wait_and_tell, &told));
    co_await weft::yield();
    co_await weft::killall(victims, "all of them");
    REQUIRE(told);
    CHECK(told->reason() == "all of them");
    CHECK(is_this_file(told->origin()));
  });
}

TEST_CASE("cancelled: one that a program makes has an origin that is not known") {
  const weft::cancelled made("why");
  CHECK(made.origin().how == cancel_origin::kind::unknown);
  CHECK(made.origin().where.line() == 0);
  CHECK(weft::describe(made.origin()) == "cancelled");
}

}  // namespace

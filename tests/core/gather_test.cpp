#include <weft/core/join.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

/// Sleeps until it is killed, and says so.
task<int> until_killed(std::string& reason) {
  std::exception_ptr kill;
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled& e) {
    reason = e.reason();
    kill = std::current_exception();
  }
  std::rethrow_exception(kill);
}

/// Sleeps until it is killed, and fails then.
task<int> fails_when_killed(std::string text) {
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled&) {
    throw std::runtime_error(text);
  }
  co_return 0;
}

/// Kills a task that has begun, for the reason "stop", and gives what it ended with.
task<std::string> end_when_killed(weft::handle<> begun) {
  co_await weft::yield();
  co_await weft::yield();
  co_await begun.kill_join("stop");
  CHECK(begun.killed());
  co_return weft::describe(begun.error());
}

TEST_CASE("gather: runs the tasks concurrently and gives their results in the order of the arguments") {
  run_test([]() -> task<> {
    auto make = []() -> task<std::unique_ptr<std::string>> { co_return std::make_unique<std::string>("owned"); };
    auto [number, nothing_at_all, text] = co_await weft::gather(after_turns(3, 7), nothing(), make());
    CHECK(number == 7);
    CHECK(nothing_at_all == std::monostate());
    CHECK(*text == "owned");
  });
}

TEST_CASE("gather: of a vector gives the results in its order, or nothing for tasks that give none") {
  run_test([]() -> task<> {
    std::vector<task<int>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(after_turns(5 - i, i));
    const std::vector<int> results = co_await weft::gather(std::move(tasks));
    CHECK(results == std::vector{0, 1, 2, 3, 4});
    const std::vector<int> none = co_await weft::gather(std::vector<task<int>>());
    CHECK(none.empty());
    int ran = 0;
    auto count = [&]() -> task<> {
      ++ran;
      co_return;
    };
    std::vector<task<>> voids;
    voids.push_back(count());
    voids.push_back(count());
    co_await weft::gather(std::move(voids));
    CHECK(ran == 2);
  });
}

TEST_CASE("gather: the first failure cancels the others, which have ended when it is thrown") {
  run_test([]() -> task<> {
    std::string reason;
    const std::string outcome = co_await outcome_of(weft::gather(until_killed(reason), fail_after_turns(2, "boom")));
    CHECK(outcome == "boom");
    CHECK(reason == "a sibling failed");
  });
}

TEST_CASE("gather: the first failure is thrown; what another task fails with while it is ended is reported") {
  const auto result = run_recorded([]() -> task<> {
    std::vector<task<int>> tasks;
    tasks.push_back(fails_when_killed("cleanup failed"));
    tasks.push_back(fail_after_turns(2, "boom"));
    const std::string outcome = co_await outcome_of(weft::gather(std::move(tasks)));
    CHECK(outcome == "boom");
  });
  CHECK(result.code == 1);
  REQUIRE(result.unhandled.size() == 1);
  CHECK(result.unhandled.front().find("cleanup failed") != std::string::npos);
}

TEST_CASE("gather: a caller that is killed kills the tasks and waits for them") {
  run_test([]() -> task<> {
    std::string reason;
    auto body = [&]() -> task<> { co_await weft::gather(until_killed(reason), after_turns(1000000, 1)); };
    CHECK(co_await end_when_killed(weft::spawn(body)) == "cancelled: stop");
    CHECK_FALSE(reason.empty());
  });
}

TEST_CASE("gather: a caller killed before its tasks start frees them without running them") {
  run_test([]() -> task<> {
    int alive = 0;
    bool ran = false;
    auto work = [&](tracker) -> task<> {
      ran = true;
      co_return;
    };
    auto body = [&]() -> task<> { co_await weft::gather(work(tracker(alive)), work(tracker(alive))); };
    auto caller = weft::spawn(body);
    auto killer = [&]() -> task<> {
      caller.kill();
      co_return;
    };
    auto second = weft::spawn(killer);
    co_await caller.join();
    CHECK(caller.killed());
    CHECK_FALSE(ran);
    CHECK(alive == 0);
    co_await second;
  });
}

TEST_CASE("gather_settled: gives every task's end, in order; a failure ends no other task and is not reported") {
  run_test([]() -> task<> {
    auto [number, broken, text] =
        co_await weft::gather_settled(after_turns(5, 7), fail_after_turns(2, "boom"), give(std::string("text")));
    CHECK(number.ok());
    CHECK(co_await number == 7);
    CHECK(broken.failed());
    CHECK(weft::describe(broken.error()) == "boom");
    CHECK(co_await text == "text");

    std::vector<task<int>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(i == 1 ? fail_after_turns(i, "boom") : after_turns(3 - i, i));
    const std::vector<weft::handle<int>> ended = co_await weft::gather_settled(std::move(tasks));
    REQUIRE(ended.size() == 3);
    CHECK(ended[0].ok());
    CHECK(ended[1].failed());
    CHECK(ended[2].ok());
  });
}

TEST_CASE("gather_settled: a caller that is killed kills the tasks, waits for them, and ends killed") {
  run_test([]() -> task<> {
    std::string reason;
    auto body = [&]() -> task<> { co_await weft::gather_settled(until_killed(reason), fail_after_turns(1, "boom")); };
    CHECK(co_await end_when_killed(weft::spawn(body)) == "cancelled: stop");
    CHECK_FALSE(reason.empty());
  });
}

TEST_CASE("race: the first to end decides, the others are cancelled and have ended") {
  run_test([]() -> task<> {
    std::string reason;
    const auto winner = co_await weft::race(until_killed(reason), give(std::string("fast")), after_turns(50, 1));
    CHECK(winner.index() == 1);
    CHECK(std::get<1>(winner) == "fast");
    CHECK(reason == "another task won the race");
  });
}

TEST_CASE("race: a failure can win; the losers are cancelled all the same") {
  run_test([]() -> task<> {
    std::string reason;
    const std::string outcome = co_await outcome_of(weft::race(until_killed(reason), fail_after_turns(2, "lost it")));
    CHECK(outcome == "lost it");
    CHECK(reason == "another task won the race");
  });
}

TEST_CASE("race: what a loser fails with is reported, not lost") {
  bool won = false;
  const auto result = run_recorded([&]() -> task<> {
    const auto winner = co_await weft::race(after_turns(2, 1), fails_when_killed("cleanup failed"));
    won = winner.index() == 0;
  });
  CHECK(won);
  REQUIRE(result.unhandled.size() == 1);
  CHECK(result.unhandled[0].ends_with(": cleanup failed"));
  CHECK(result.code == 1);
}

TEST_CASE(
    "race: a task that gives nothing wins with std::monostate, and two of one type are told apart by their place") {
  run_test([]() -> task<> {
    const auto void_winner = co_await weft::race(after_turns(9, 1), nothing());
    CHECK(void_winner.index() == 1);
    const auto same_type = co_await weft::race(after_turns(5, 1), after_turns(1, 2));
    CHECK(same_type.index() == 1);
    CHECK(std::get<1>(same_type) == 2);
    const auto alone = co_await weft::race(after_turns(2, 3));
    CHECK(std::get<0>(alone) == 3);
  });
}

TEST_CASE("race: a caller that is killed ends with the reason of its kill, after the tasks") {
  run_test([]() -> task<> {
    std::string reason;
    auto body = [&]() -> task<> { co_await weft::race(until_killed(reason), after_turns(1000000, 1)); };
    CHECK(co_await end_when_killed(weft::spawn(body)) == "cancelled: stop");
    CHECK_FALSE(reason.empty());
  });
}

}  // namespace

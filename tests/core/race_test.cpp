#include <weft/core/join.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

namespace {

using namespace core_test;
using weft::task;

TEST_CASE("race: of a vector, the first one to end wins and the others have ended") {
  run_test([]() -> task<> {
    int alive = 0;
    auto waits = [&](int turns, int value) -> task<int> {
      const tracker local(alive);
      co_return co_await after_turns(turns, value);
    };
    std::vector<task<int>> tasks;
    tasks.push_back(waits(1'000'000, 1));
    tasks.push_back(waits(2, 2));
    tasks.push_back(waits(1'000'000, 3));
    const auto winner = co_await weft::race(std::move(tasks));
    CHECK(winner.index == 1);
    CHECK(winner.value == 2);
    CHECK(alive == 0);
  });
}

TEST_CASE("race: of a vector, a failure that comes first is thrown; none is refused") {
  run_test([]() -> task<> {
    std::vector<task<int>> tasks;
    tasks.push_back(after_turns(1'000'000, 1));
    tasks.push_back(fail_after_turns(1, "broken"));
    const std::string outcome = co_await outcome_of(weft::race(std::move(tasks)));
    CHECK(outcome == "broken");
    const std::string refused = co_await outcome_of(weft::race(std::vector<task<int>>()));
    CHECK(refused == "race() needs a task");
    std::vector<task<>> voids;
    voids.push_back(nothing());
    const auto winner = co_await weft::race(std::move(voids));
    CHECK(winner.index == 0);
  });
}

}  // namespace

#include <weft/core/as_completed.hpp>

#include "support.hpp"

#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <list>

namespace {

using namespace core_test;
using weft::handle;
using weft::task;

TEST_CASE("as_completed: gives the handles in the order in which their tasks end") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    for (const int turns : {5, 1, 3}) handles.push_back(weft::spawn(after_turns, turns, turns));
    std::vector<int> order;
    auto ended = weft::as_completed(handles);
    while (auto h = co_await ended.next()) {
      CHECK(h->ready());
      order.push_back(co_await *h);
    }
    CHECK(order == std::vector<int>{1, 3, 5});
    const auto none = co_await ended.next();
    CHECK_FALSE(none);
  });
}

TEST_CASE("as_completed: tasks that have ended already come first, and failed and killed ones come as well") {
  run_simulated_test([]() -> task<> {
    std::list<handle<int>> handles;
    handles.push_back(weft::spawn(after_turns, 4, 4));
    handles.push_back(weft::spawn(fail_after_turns, 2, "broken"));
    handles.push_back(weft::spawn(after_turns, 0, 0));
    handles.push_back(weft::spawn(after_turns, 100, 100));
    handles.back().kill();
    co_await weft::yield();
    std::string order;
    auto ended = weft::as_completed(handles);
    while (auto h = co_await ended.next()) {
      order += h->ok() ? "ok " : h->failed() ? "failed " : "killed ";
      static_cast<void>(h->error());
    }
    CHECK(order == "ok killed failed ok ");
  });
}

TEST_CASE("as_completed: leaving the loop leaves the tasks alone") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    for (const int turns : {1, 3}) handles.push_back(weft::spawn(after_turns, turns, turns));
    {
      auto ended = weft::as_completed(handles);
      const auto first = co_await ended.next();
      CHECK(first == handles[0]);
    }
    const int second = co_await handles[1];
    CHECK(second == 3);
  });
}

TEST_CASE("as_completed: a cancelled wait leaves the tasks alone") {
  run_simulated_test([]() -> task<> {
    auto waits = []() -> task<> { co_await weft::sleep(1h); };
    std::vector<handle<void>> handles;
    handles.push_back(weft::spawn(waits));
    auto iterate = [&]() -> task<> {
      auto ended = weft::as_completed(handles);
      co_await ended.next();
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, iterate));
    CHECK(outcome == "timed out");
    CHECK_FALSE(handles.front().ready());
    co_await handles.front().kill_join();
  });
}

TEST_CASE("as_completed: what ends in the turn of the kill is not lost") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    handles.push_back(weft::spawn(after_turns, 2, 1));
    bool got = false;
    auto iterate = [&]() -> task<> {
      auto ended = weft::as_completed(handles);
      const auto first = co_await ended.next();
      got = first.has_value();
      co_await weft::yield();
    };
    const auto iterating = weft::spawn(iterate);
    handles.front().on_done([&](const handle<int>&) { iterating.kill(); });
    co_await iterating.join();
    CHECK(got);
    CHECK(iterating.killed());
  });
}

TEST_CASE("as_completed: nothing of nothing") {
  run_simulated_test([]() -> task<> {
    auto ended = weft::as_completed(std::vector<handle<void>>());
    const auto none = co_await ended.next();
    CHECK_FALSE(none);
  });
}

}  // namespace

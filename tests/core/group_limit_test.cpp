#include <weft/core/task_group.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;
using weft::task_group;

/// Counts how many run at the same time.
struct gauge {
  int running = 0;
  int most = 0;
  std::vector<int> started;

  task<> visit(int number, int turns) {
    started.push_back(number);
    most = std::max(most, ++running);
    for (int i = 0; i < turns; ++i) co_await weft::yield();
    --running;
  }
};

weft::task_group_options room_for(std::size_t max) {
  weft::task_group_options options;
  options.max = max;
  return options;
}

TEST_CASE("task_group: no more than max children run at a time, and they start in order") {
  run_test([]() -> task<> {
    gauge g;
    auto body = [&](task_group& group) -> task<> {
      for (int i = 0; i < 10; ++i) group.spawn(&gauge::visit, &g, i, 10 - i);
      CHECK(group.size() == 10);
      co_return;
    };
    co_await weft::scope(room_for(3), body);
    CHECK(g.most == 3);
    CHECK(g.started == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  });
}

TEST_CASE("task_group: an awaited spawn waits for room and gives the child's handle") {
  run_test([]() -> task<> {
    gauge g;
    auto body = [&](task_group& group) -> task<> {
      for (int i = 0; i < 6; ++i) {
        const auto child = co_await group.spawn(&gauge::visit, &g, i, 3);
        CHECK_FALSE(child.ready());
        CHECK(group.size() <= 2);
      }
    };
    co_await weft::scope(room_for(2), body);
    CHECK(g.most == 2);
    CHECK(g.started.size() == 6);
  });
}

TEST_CASE("task_group: a child without room can be killed, and never runs") {
  run_test([]() -> task<> {
    gauge g;
    std::vector<weft::handle<>> held;
    auto body = [&](task_group& group) -> task<> {
      const auto first = co_await group.spawn(&gauge::visit, &g, 0, 8);
      auto spawn_and_keep = [&](int n) -> task<> { held.push_back(co_await group.spawn(&gauge::visit, &g, n, 1)); };
      auto helper = weft::spawn(spawn_and_keep, 1);
      co_await weft::yield();
      CHECK(held.empty());
      CHECK(group.size() == 2);
      co_await helper.kill_join();
      CHECK(helper.killed());
      CHECK(group.size() == 2);
    };
    co_await weft::scope(room_for(1), body);
    // The spawner was killed, not the child: that had been spawned.
    CHECK(g.started == std::vector{0, 1});
  });
}

TEST_CASE("task_group: a kill while waiting for room ends the body, and the children that wait with it") {
  run_test([]() -> task<> {
    gauge g;
    int alive = 0;
    auto body = [&](task_group& group) -> task<> {
      auto endless = [mark = tracker(alive)]() -> task<> { co_await weft::sleep(1h); };
      for (int i = 0; i < 5; ++i) co_await group.spawn(endless);
    };
    auto caller_body = [&]() -> task<> { co_await weft::scope(room_for(2), body); };
    auto caller = weft::spawn(caller_body);
    for (int i = 0; i < 5; ++i) co_await weft::yield();
    CHECK_FALSE(caller.ready());
    co_await caller.kill_join("stop");
    CHECK(weft::describe(caller.error()) == "cancelled: stop");
    CHECK(alive == 0);
  });
}

TEST_CASE("task_group: a failure cancels the children that wait for room too") {
  run_test([]() -> task<> {
    gauge g;
    auto body = [&](task_group& group) -> task<> {
      group.spawn(fail_with, "boom");
      for (int i = 0; i < 5; ++i) group.spawn(&gauge::visit, &g, i, 1);
      co_return;
    };
    const std::string outcome = co_await outcome_of(weft::scope(room_for(1), body));
    CHECK(outcome == "boom");
    CHECK(g.started.empty());
  });
}

TEST_CASE("task_group: cancel() with children waiting for room and a spawner waiting with them ends all") {
  run_test([]() -> task<> {
    gauge g;
    auto body = [&](task_group& group) -> task<> {
      auto canceller = [&]() -> task<> {
        co_await weft::yield();
        co_await weft::yield();
        group.cancel("enough");
      };
      group.spawn(canceller);
      group.spawn(&gauge::visit, &g, 1, 1);
      const auto child = co_await group.spawn(&gauge::visit, &g, 2, 1);
      co_await child.join();
      FAIL_CHECK("the group was cancelled");
    };
    co_await weft::scope(room_for(1), body);
    CHECK(g.started.empty());
  });
}

TEST_CASE("task_group: killing held-back children through their handles frees their place in line") {
  run_test([]() -> task<> {
    gauge g;
    auto body = [&](task_group& group) -> task<> {
      std::vector<weft::handle<>> handles;
      auto keep = [&](int n) -> task<> {
        auto child = co_await group.spawn(&gauge::visit, &g, n, 2);
        handles.push_back(child);
      };
      std::vector<weft::handle<>> spawners;
      for (int i = 0; i < 4; ++i) spawners.push_back(weft::spawn(keep, i));
      co_await weft::joinall(spawners);
      CHECK(handles.size() == 4);
    };
    co_await weft::scope(room_for(1), body);
    CHECK(g.started == std::vector{0, 1, 2, 3});
    CHECK(g.most == 1);
  });
}

TEST_CASE("task_group: room for nobody is refused") {
  run_test([]() -> task<> {
    auto body = [](task_group&) -> task<> { co_return; };
    const std::string outcome = co_await outcome_of(weft::scope(room_for(0), body));
    CHECK(outcome == "a task group needs room for at least one task");
  });
}

}  // namespace

#include <weft/core/handle.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::handle;
using weft::task;

TEST_CASE("handle: awaited any number of times, from several tasks, it gives a copy each time") {
  run_simulated_test([]() -> task<> {
    auto source = weft::spawn(give<std::string>, std::string("value"));
    auto reader = [](handle<std::string> h) -> task<std::string> { co_return co_await h; };
    auto one = weft::spawn(reader, source);
    auto two = weft::spawn(reader, source);
    const std::string first = co_await source;
    const std::string again = co_await source;
    const std::string seen_one = co_await one;
    const std::string seen_two = co_await two;
    CHECK(first == "value");
    CHECK(again == "value");
    CHECK(seen_one == "value");
    CHECK(seen_two == "value");
  });
}

TEST_CASE("handle: a move-only result goes to the first who awaits it") {
  run_simulated_test([]() -> task<> {
    auto make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    auto source = weft::spawn(make);
    const std::unique_ptr<int> value = co_await source;
    CHECK(*value == 3);
    const std::string second = co_await outcome_of(source);
    CHECK(second == "the result of a task was taken twice");
  });
}

TEST_CASE("handle: from a temporary the value itself is moved out") {
  struct counted {
    explicit counted(int& n) : copies(&n) {}
    counted(const counted& other) : copies(other.copies) { ++*copies; }
    counted(counted&&) = default;
    counted& operator=(const counted&) = delete;
    ~counted() = default;
    int* copies;
  };
  int copies = 0;
  run_simulated_test([&]() -> task<> {
    auto make = [&]() -> task<counted> { co_return counted(copies); };
    const counted value = co_await weft::spawn(make);
    CHECK(value.copies == &copies);
    CHECK(copies == 0);
  });
}

TEST_CASE("handle: the task's error is rethrown to each who awaits it, join() never throws") {
  run_simulated_test([]() -> task<> {
    auto child = weft::spawn(fail_with, "broken");
    co_await child.join();
    CHECK(child.ready());
    CHECK(child.failed());
    CHECK_FALSE(child.ok());
    CHECK_FALSE(child.killed());
    CHECK(weft::describe(child.error()) == "broken");
    const std::string first = co_await outcome_of(child);
    const std::string second = co_await outcome_of(child);
    CHECK(first == "broken");
    CHECK(second == "broken");
  });
}

TEST_CASE("handle: before the end it is none of ready, ok, failed, killed") {
  run_simulated_test([]() -> task<> {
    auto child = weft::spawn(nothing);
    CHECK_FALSE(child.ready());
    CHECK_FALSE(child.ok());
    CHECK_FALSE(child.failed());
    CHECK_FALSE(child.killed());
    CHECK(child.error() == nullptr);
    co_await child;
    CHECK(child.ready());
    CHECK(child.ok());
    CHECK(child.error() == nullptr);
  });
}

TEST_CASE("handle: join_for says whether the task has ended in time, and leaves it running if not") {
  run_simulated_test([]() -> task<> {
    auto slow = []() -> task<int> {
      co_await weft::sleep(1h);
      co_return 1;
    };
    auto child = weft::spawn(slow);
    const bool ended = co_await child.join_for(1ms);
    CHECK_FALSE(ended);
    CHECK_FALSE(child.ready());
    child.kill();
    const bool ended_now = co_await child.join_for(1h);
    CHECK(ended_now);
    const bool ended_before = co_await child.join_for(0ms);
    CHECK(ended_before);
  });
}

TEST_CASE("handle: a waiter that is killed leaves the task alone") {
  run_simulated_test([]() -> task<> {
    auto slow = []() -> task<int> {
      for (int i = 0; i < 10; ++i) co_await weft::yield();
      co_return 5;
    };
    auto child = weft::spawn(slow);
    auto wait = [](handle<int> h) -> task<int> { co_return co_await h; };
    auto waiter = weft::spawn(wait, child);
    co_await weft::yield();
    co_await waiter.kill_join("enough");
    CHECK(waiter.killed());
    CHECK_FALSE(child.ready());
    const int value = co_await child;
    CHECK(value == 5);
  });
}

TEST_CASE("handle: dropping every handle leaves the task running") {
  run_simulated_test([]() -> task<> {
    int steps = 0;
    auto body = [&]() -> task<> {
      for (int i = 0; i < 3; ++i) {
        ++steps;
        co_await weft::yield();
      }
    };
    {
      auto dropped = weft::spawn(body);
    }
    for (int i = 0; i < 5; ++i) co_await weft::yield();
    CHECK(steps == 3);
  });
}

TEST_CASE("handle: on_done is called once, on the loop, with a handle of the ended task") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> calls;
    auto child = weft::spawn(give<int>, 4);
    child.on_done([&](const handle<int>& h) { calls.push_back("first " + std::to_string(h.ok())); });
    child.on_done([&](const handle<int>& h) { calls.push_back("second " + std::to_string(h == child)); });
    CHECK(calls.empty());
    co_await child;
    CHECK(calls == std::vector<std::string>{"first 1", "second 1"});
    child.on_done([&](const handle<int>& h) { calls.push_back("late " + std::to_string(h.ready())); });
    CHECK(calls.size() == 2);
    co_await weft::sleep(1ms);
    CHECK(calls.back() == "late 1");
    CHECK(calls.size() == 3);
  });
}

TEST_CASE("handle: on_done sees failures and kills, and may spawn") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> seen;
    weft::handle<> follower;
    auto failing = weft::spawn(fail_with, "bad");
    failing.on_done([&](const handle<>& h) {
      seen.push_back(weft::describe(h.error()));
      follower = weft::spawn(nothing);
    });
    auto killed = weft::spawn(nothing);
    killed.on_done([&](const handle<>& h) { seen.push_back(weft::describe(h.error())); });
    killed.kill("why");
    co_await killed.join();
    CHECK(seen == std::vector<std::string>{"bad", "cancelled: why"});
    co_await follower;
    CHECK(follower.ok());
  });
}

TEST_CASE("handle: what an on_done callback throws is reported, and the others are still called") {
  bool called = false;
  const auto result = run_recorded([&]() -> task<> {
    auto child = weft::spawn(nothing);
    child.on_done([](const handle<>&) { throw std::runtime_error("callback failed"); });
    child.on_done([&](const handle<>&) { called = true; });
    co_await child;
  });
  CHECK(called);
  CHECK(result.unhandled == std::vector<std::string>{"callback: callback failed"});
  CHECK(result.code == 1);
}

TEST_CASE("handle: on_done of an ended task is called in the loop's last turn too") {
  int called = 0;
  run_simulated_test([&]() -> task<> {
    auto child = weft::spawn(nothing);
    co_await child;
    child.on_done([&](const handle<>&) { ++called; });
  });
  CHECK(called == 1);
}

TEST_CASE("handle: a task that waits for its own end is told so") {
  run_simulated_test([]() -> task<> {
    weft::handle<> self;
    auto body = [&]() -> task<> { co_await self.join(); };
    self = weft::spawn(body);
    const std::string outcome = co_await outcome_of(self.join());
    CHECK(outcome == "ok");
    CHECK(weft::describe(self.error()) == "a task waits for its own end");
  });
}

TEST_CASE("handle: joining tasks that have ended gives way to the others now and then") {
  run_simulated_test([]() -> task<> {
    int turns = 0;
    auto other = [&]() -> task<> {
      for (;;) {
        ++turns;
        co_await weft::yield();
      }
    };
    auto beside = weft::spawn(other);
    auto ended = weft::spawn(nothing);
    for (int i = 0; i < 10'000; ++i) co_await ended.join();
    CHECK(turns > 10);
    beside.kill();
  });
}

TEST_CASE("handle: two handles of one task are equal, and an empty one is false") {
  run_simulated_test([]() -> task<> {
    auto child = weft::spawn(nothing);
    const auto copy = child;
    auto other = weft::spawn(nothing);
    CHECK(copy == child);
    CHECK_FALSE(copy == other);
    CHECK(static_cast<bool>(child));
    CHECK_FALSE(static_cast<bool>(handle<>()));
    co_await child;
    co_await other;
  });
}

/// How many turns another task has while `work` runs, which never has to wait.
template <class F>
int turns_beside(F work) {
  int turns = 0;
  run_simulated_test([&]() -> task<> {
    auto other = [&]() -> task<> {
      for (;;) {
        ++turns;
        co_await weft::yield();
      }
    };
    auto beside = weft::spawn(other);
    co_await work();
    beside.kill();
  });
  return turns;
}

TEST_CASE("joinall, scope and timeout: around what is ready they give way to the others now and then") {
  auto join = []() -> task<> {
    std::vector<weft::handle<>> ended{weft::spawn(nothing)};
    auto first = weft::join_options();
    first.count = 1;
    for (int i = 0; i < 10'000; ++i) {
      co_await weft::joinall(ended);
      co_await weft::joinall(ended, first);
    }
  };
  CHECK(turns_beside(join) > 10);
  auto empty_scopes = []() -> task<> {
    auto body = [](weft::task_group&) -> task<> { co_return; };
    for (int i = 0; i < 10'000; ++i) co_await weft::scope(body);
  };
  CHECK(turns_beside(empty_scopes) > 10);
  auto timeouts = []() -> task<> {
    for (int i = 0; i < 10'000; ++i) {
      co_await weft::timeout(1s, nothing);
      static_cast<void>(co_await weft::move_on_after(1s, nothing));
    }
  };
  CHECK(turns_beside(timeouts) > 10);
}

}  // namespace

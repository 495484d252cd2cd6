#include <weft/testkit/run.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/failure.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>

namespace {

using namespace testkit_test;
using weft::task;
namespace testkit = weft::testkit;

task<> wait_for_ever() {
  weft::event never;
  co_await never.wait();
}

TEST_CASE("run with options: passes its arguments on, and time does not pass") {
  int got = 0;
  auto body = [&](int value, std::unique_ptr<int> more) -> task<int> {
    co_await weft::sleep(1000h);
    got = value + *more;
    co_return got;
  };
  testkit::run(body, {}, 3, std::make_unique<int>(4));
  CHECK(got == 7);
}

TEST_CASE("run with options: rethrows what the test throws, also when it has left tasks") {
  auto body = []() -> task<> {
    weft::spawn(wait_for_ever);
    throw std::out_of_range("boom");
    co_return;
  };
  CHECK_THROWS_AS(testkit::run(body, {}), std::out_of_range);
}

TEST_CASE("run with options: a task that was left behind fails the test, with what it waits for") {
  auto body = []() -> task<> {
    weft::spawn(weft::spawn_options{"forgotten"}, wait_for_ever);
    co_await weft::yield();
  };
  const std::string failure = failure_of([&] { testkit::run(body, {}); });
  CHECK(contains(failure, "left behind when the test ended: 1 task\n"));
  CHECK(contains(failure, "forgotten waits for event"));
  CHECK(contains(failure, "run_test.cpp:"));
  CHECK(failure_of([&] { testkit::run(body, {.leaks = testkit::leak_policy::allow}); }).empty());
}

TEST_CASE("run with options: a task that was killed is not left behind") {
  auto body = []() -> task<> {
    auto child = weft::spawn(wait_for_ever);
    co_await weft::yield();
    child.kill();
  };
  testkit::run(body, {});
}

TEST_CASE("run with options: a failure that no one looked at fails the test") {
  auto fail = []() -> task<> {
    throw std::runtime_error("boom");
    co_return;
  };
  auto body = [&]() -> task<> {
    weft::spawn(weft::spawn_options{"failing"}, fail);
    co_await weft::yield();
  };
  CHECK(failure_of([&] { testkit::run(body, {}); }) == "no one looked at the failure of task 'failing': boom");
}

TEST_CASE("run with options: a deadlock fails the test, with who waits for whom") {
  auto body = []() -> task<> {
    weft::event never("the answer");
    auto child = weft::spawn(weft::spawn_options{"child"}, wait_for_ever);
    co_await never.wait();
  };
  const std::string failure = failure_of([&] { testkit::run(body, {}); });
  CHECK(contains(failure, "the test did not end (deadlock): 3 tasks\n"));
  CHECK(contains(failure, "test waits for event 'the answer'"));
  CHECK(contains(failure, "child waits for event"));
}

TEST_CASE("run with options: a test that is stuck beside a ticker fails, with who waits for whom") {
  auto body = []() -> task<> {
    auto tick = []() -> task<> {
      for (;;) co_await weft::sleep(1s);
    };
    weft::spawn(weft::spawn_options{"ticker"}, tick);
    weft::event never("the answer");
    co_await never.wait();
  };
  const std::string by_time = failure_of([&] { testkit::run(body, {.time_limit = 1h}); });
  CHECK(contains(by_time, "the test did not end in its simulated time: 3 tasks\n"));
  CHECK(contains(by_time, "test waits for event 'the answer'"));
  const std::string by_jumps = failure_of([&] { testkit::run(body, {.time_limit = {}, .jump_limit = 1000}); });
  CHECK(contains(by_jumps, "the test did not end in its simulated time: 3 tasks\n"));
}

TEST_CASE("run with options: a sleep to the end of time that no one ends fails the test") {
  auto body = []() -> task<> { co_await weft::sleep(weft::duration::max()); };
  CHECK(contains(failure_of([&] { testkit::run(body, {}); }), "the test did not end (deadlock): "));
}

TEST_CASE("run with options: a test that is cancelled fails") {
  auto body = []() -> task<> {
    throw weft::cancelled("enough");
    co_return;
  };
  CHECK_THROWS_WITH_AS(testkit::run(body, {}), "the test was cancelled: enough", testkit::test_failure);
}

TEST_CASE("run without options: the clock is real, and tasks that are left are ended") {
  auto body = []() -> task<> {
    weft::spawn(wait_for_ever);
    const auto real = std::chrono::steady_clock::now();
    CHECK(weft::now() - real < 1min);
    co_await weft::yield();
  };
  testkit::run(body);
}

}  // namespace

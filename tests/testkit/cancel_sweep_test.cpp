#include <weft/testkit/cancel_sweep.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>
#include <weft/sync/semaphore.hpp>
#include <weft/testkit/failure.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace testkit_test;
using weft::task;
namespace testkit = weft::testkit;

constexpr int nap_line = __LINE__ + 1;
task<> nap() { co_await weft::sleep(1h); }

TEST_CASE("cancel_at_every_suspension: runs once well, and three times for each wait") {
  int begun = 0;
  int ended = 0;
  auto body = [&]() -> task<> {
    ++begun;
    co_await weft::sleep(1h);
    co_await nap();
    co_await weft::yield();
    ++ended;
  };
  CHECK(testkit::cancel_at_every_suspension(body) == 3);
  CHECK(begun == 1 + 3 * 3);
  CHECK(ended == 2);  // the first, and the one in which yield() was over before
}

TEST_CASE("cancel_at_every_suspension: kills before and after others have come to wait behind the killed one") {
  std::set<bool> taken_by_other;
  auto body = [&]() -> task<> {
    weft::semaphore none(0);
    auto wait = [&]() -> task<> { co_await none.acquire(); };
    weft::handle<> second;
    auto both = [&](weft::task_group& group) -> task<> {
      auto named = weft::spawn_options{"first"};
      auto first = co_await group.spawn(named, wait);
      second = co_await group.spawn(wait);
      co_await weft::sleep(1h);
      none.release();
      co_await weft::sleep(1h);
      taken_by_other.insert(second.ready());
      none.release();
    };
    co_await weft::scope(both);
  };
  CHECK(testkit::cancel_at_every_suspension(body, {.task = "first"}) == 1);
  CHECK(taken_by_other == std::set<bool>{false, true});
}

TEST_CASE("cancel_at_every_suspension: a test that never waits is run once") {
  int runs = 0;
  auto body = [&]() -> task<int> { co_return ++runs; };
  CHECK(testkit::cancel_at_every_suspension(body) == 0);
  CHECK(runs == 1);
}

TEST_CASE("cancel_at_every_suspension: rethrows what fails without any kill") {
  auto body = []() -> task<> {
    co_await weft::yield();
    throw std::out_of_range("boom");
  };
  CHECK_THROWS_AS(testkit::cancel_at_every_suspension(body), std::out_of_range);
}

TEST_CASE("cancel_at_every_suspension: names the wait at which a kill leaves a task behind") {
  auto body = []() -> task<> {
    co_await weft::sleep(1h);
    auto child = weft::spawn(weft::spawn_options{"orphan"}, nap);
    co_await nap();
    co_await child.join();
  };
  const std::string failure = failure_of([&] { testkit::cancel_at_every_suspension(body); });
  CHECK(contains(failure, "task 'test' killed at suspension 2 of 3, as it waits, waiting for sleep\n    at "));
  CHECK(contains(failure, "cancel_sweep_test.cpp:" + std::to_string(nap_line) + "\n"));
  CHECK(contains(failure, "left behind when the test ended: 1 task\n"));
  CHECK(contains(failure, "orphan waits for sleep"));
}

TEST_CASE("cancel_at_every_suspension: a test that turns a kill into another failure is at fault") {
  auto body = []() -> task<> {
    std::string failed;
    try {
      co_await weft::sleep(1h);
    } catch (const weft::cancelled&) {
      failed = "not cleaned up";
    }
    if (!failed.empty()) throw std::runtime_error(failed);
  };
  CHECK(contains(failure_of([&] { testkit::cancel_at_every_suspension(body); }), "the test failed: not cleaned up"));
}

TEST_CASE("cancel_at_every_suspension: a test that goes another way each time is at fault") {
  int runs = 0;
  auto body = [&]() -> task<> {
    if (++runs == 1) co_await weft::sleep(1h);
  };
  CHECK(contains(failure_of([&] { testkit::cancel_at_every_suspension(body); }), "the test went another way"));
}

/// A lock that is not given back by who is killed once it was handed over.
struct leaky_lock {
  weft::semaphore free{1};
  task<> work() {
    co_await free.acquire();
    co_await weft::sleep(1h);
    free.release();
  }
};

TEST_CASE("cancel_at_every_suspension: kills a task by its name, and sees what the others then lack") {
  auto body = []() -> task<> {
    leaky_lock lock;
    auto work = [&]() -> task<> { return lock.work(); };
    auto both = [&](weft::task_group& group) -> task<> {
      group.spawn(weft::spawn_options{"first"}, work);
      group.spawn(weft::spawn_options{"second"}, work);
      co_return;
    };
    co_await weft::scope(both);
  };
  testkit::cancel_at_every_suspension(body);
  const std::string failure = failure_of([&] { testkit::cancel_at_every_suspension(body, {.task = "first"}); });
  CHECK(contains(failure, "task 'first' killed at suspension 1 of 1, as it waits, waiting for sleep"));
  CHECK(contains(failure, "deadlock"));
  CHECK(contains(failure, "second waits for semaphore"));
}

TEST_CASE("cancel_at_every_suspension: a task that does not exist is a mistake") {
  CHECK_THROWS_WITH_AS(testkit::cancel_at_every_suspension(nap, {.task = "nobody"}), "the test has no task 'nobody'",
                       testkit::test_failure);
}

TEST_CASE("cancel_at_every_suspension: follows the order that a seed gives") {
  std::vector<std::string> orders;
  for (std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    std::string order;
    auto child = [&](char name) -> task<> {
      order += name;
      co_await weft::yield();
    };
    auto body = [&]() -> task<> {
      order.clear();
      auto both = [&](weft::task_group& group) -> task<> {
        group.spawn(child, 'a');
        group.spawn(child, 'b');
        co_return;
      };
      co_await weft::scope(both);
    };
    CHECK(testkit::cancel_at_every_suspension(body, {.seed = seed}) == 1);
    orders.push_back(order);
  }
  CHECK(std::ranges::count(orders, "ab") > 0);
  CHECK(std::ranges::count(orders, "ba") > 0);
}

}  // namespace

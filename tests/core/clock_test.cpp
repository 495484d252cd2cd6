#include <weft/core/loop.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/offload.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

template <class F>
int run_simulated(F body) {
  auto options = weft::run_options();
  options.clock = weft::clock_mode::simulated;
  return weft::run(options, body);
}

TEST_CASE("simulated clock: days pass at once, and exactly") {
  auto body = []() -> task<> {
    const auto start = weft::now();
    co_await weft::sleep(24h);
    CHECK(weft::now() - start == 24h);
    auto longer = []() -> task<> { co_await weft::sleep(48h); };
    const std::string outcome = co_await outcome_of(weft::timeout(1h, longer));
    CHECK(outcome == "timed out");
    CHECK(weft::now() - start == 25h);
  };
  CHECK(run_simulated(body) == 0);
}

TEST_CASE("simulated clock: sleepers wake in the order of their deadlines") {
  std::vector<int> order;
  auto sleeper = [&](int hours) -> task<> {
    co_await weft::sleep(std::chrono::hours(hours));
    order.push_back(hours);
  };
  auto body = [&]() -> task<> {
    std::vector<weft::handle<>> all;
    for (int hours : {5, 1, 3}) all.push_back(weft::spawn(sleeper, hours));
    co_await weft::joinall(all);
  };
  CHECK(run_simulated(body) == 0);
  CHECK(order == std::vector<int>{1, 3, 5});
}

TEST_CASE("simulated clock: waits for a thread that works for the loop, before it jumps") {
  auto body = []() -> task<> {
    weft::offload pool;
    auto work = [] { return 7; };
    auto call = [&]() -> task<int> { co_return co_await pool.run(work); };
    const auto start = weft::now();
    const int value = co_await weft::timeout(24h, call);
    CHECK(value == 7);
    CHECK(weft::now() - start < 24h);
  };
  CHECK(run_simulated(body) == 0);
}

TEST_CASE("simulated clock: a main that nothing can wake is still a deadlock") {
  auto body = []() -> task<> {
    weft::handle<> other;
    auto wait = [&]() -> task<> { co_await other.join(); };
    weft::handle<> one = weft::spawn(wait);
    other = weft::spawn([&]() -> task<> { co_await one.join(); });
    co_await weft::sleep(1h);
    co_await other.join();
  };
  CHECK(run_simulated(body) == 1);
}

TEST_CASE("simulated clock: goes on while a thread works, also when nothing is due") {
  auto body = []() -> task<> {
    weft::offload pool;
    auto work = [] {
      const auto began = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - began < 1ms) std::this_thread::yield();
    };
    const auto start = weft::now();
    co_await pool.run(work);
    CHECK(weft::now() - start >= 1ms);
  };
  CHECK(run_simulated(body) == 0);
}

TEST_CASE("simulated clock: a sleep to the end of time is a wait for a kill, and no deadline") {
  auto for_ever = []() -> task<> { co_await weft::sleep(weft::duration::max()); };
  CHECK(run_simulated(for_ever) == 1);
  auto body = [&]() -> task<> {
    auto sleeper = weft::spawn(for_ever);
    const auto start = weft::now();
    co_await weft::sleep(1h);
    CHECK(weft::now() - start == 1h);
    co_await sleeper.kill_join();
    CHECK(sleeper.killed());
  };
  CHECK(run_simulated(body) == 0);
}

TEST_CASE("simulated clock: a main that is stuck beside a task that ticks on is ended at the limit") {
  std::string report;
  std::string saw;
  auto body = [&]() -> task<> {
    auto tick = []() -> task<> {
      for (;;) co_await weft::sleep(1s);
    };
    weft::spawn(weft::spawn_options{"ticker"}, tick);
    auto for_ever = []() -> task<> { co_await weft::sleep(weft::duration::max()); };
    const auto start = weft::now();
    saw = co_await outcome_of(for_ever());
    CHECK(weft::now() - start <= 1h);
  };
  auto options = weft::run_options();
  options.clock = weft::clock_mode::simulated;
  options.on_deadlock = [&](std::string_view tasks) { report = tasks; };
  options.time_limit = 1h;
  CHECK(weft::run(options, body) == 1);
  CHECK(saw == "cancelled: out of simulated time");
  CHECK(report.find("ticker waits for sleep") != std::string::npos);
  options.time_limit = std::nullopt;
  options.jump_limit = 100;
  saw.clear();
  CHECK(weft::run(options, body) == 1);
  CHECK(saw == "cancelled: out of simulated time");
}

TEST_CASE("seed: shuffles the order of ready tasks, always in the same way") {
  auto order_of = [](std::optional<std::uint64_t> seed) {
    std::string order;
    auto child = [&](char name) -> task<> {
      order += name;
      co_await weft::yield();
      order += name;
    };
    auto body = [&]() -> task<> {
      std::vector<weft::handle<>> all;
      for (char name : {'a', 'b', 'c', 'd'}) all.push_back(weft::spawn(child, name));
      co_await weft::joinall(all);
    };
    auto options = weft::run_options();
    options.seed = seed;
    CHECK(weft::run(options, body) == 0);
    return order;
  };
  CHECK(order_of(std::nullopt) == "abcdabcd");
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CHECK(order_of(seed) == order_of(seed));
    orders.insert(order_of(seed));
  }
  CHECK(orders.size() > 20);
}

}  // namespace

#include <weft/core/sleep.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

// The real clock is what this is about.
TEST_CASE("sleep: lasts at least as long as asked") {
  run_test([]() -> task<> {
    const auto begin = weft::now();
    co_await weft::sleep(2ms);
    CHECK(weft::now() - begin >= 2ms);
    const auto until = weft::now() + 1ms;
    co_await weft::sleep_until(until);
    CHECK(weft::now() >= until);
  });
}

TEST_CASE("sleep: zero, less, and moments that have passed let the others run once") {
  for (const weft::duration length : {weft::duration(0ms), weft::duration(-5s), weft::duration::min()}) {
    run_simulated_test([&]() -> task<> {
      int turns = 0;
      auto other = [&]() -> task<> {
        ++turns;
        co_return;
      };
      auto child = weft::spawn(other);
      co_await weft::sleep(length);
      CHECK(turns == 1);
      co_await child;
    });
  }
  run_simulated_test([]() -> task<> {
    auto child = weft::spawn(nothing);
    co_await weft::sleep_until(weft::now() - 1h);
    CHECK(child.ready());
    co_await weft::sleep_until(weft::time_point::min());
    co_await child;
  });
}

TEST_CASE("sleep: equal deadlines wake in the order in which they were set, others by their time") {
  run_simulated_test([]() -> task<> {
    std::vector<int> woken;
    auto sleeper = [&](weft::time_point until, int n) -> task<> {
      co_await weft::sleep_until(until);
      woken.push_back(n);
    };
    const auto soon = weft::now() + 5ms;
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 5; ++i) handles.push_back(weft::spawn(sleeper, soon, i));
    handles.push_back(weft::spawn(sleeper, soon - 1ms, 100));
    co_await weft::joinall(handles);
    CHECK(woken == std::vector{100, 0, 1, 2, 3, 4});
  });
}

TEST_CASE("sleep: a kill ends it at once, whatever its length") {
  run_simulated_test([]() -> task<> {
    auto sleeper = [](weft::duration length) -> task<> { co_await weft::sleep(length); };
    for (const weft::duration length : {weft::duration(1h), weft::duration::max(), weft::duration(0)}) {
      auto child = weft::spawn(sleeper, length);
      if (length > weft::duration::zero()) co_await weft::yield();
      co_await child.kill_join("up");
      CHECK(child.killed());
      CHECK(weft::describe(child.error()) == "cancelled: up");
    }
  });
}

TEST_CASE("sleep: thousands of sleepers, some of them killed, all end") {
  std::mt19937 random(7);
  run_simulated_test([&]() -> task<> {
    int slept = 0;
    auto sleeper = [&](weft::duration length) -> task<> {
      co_await weft::sleep(length);
      ++slept;
    };
    std::vector<weft::handle<>> handles;
    int killed = 0;
    for (int i = 0; i < 5000; ++i) {
      handles.push_back(weft::spawn(sleeper, std::chrono::microseconds(random() % 3000)));
    }
    co_await weft::yield();
    for (auto& h : handles) {
      if (random() % 3 != 0 || h.ready()) continue;
      h.kill();
      ++killed;
    }
    co_await weft::joinall(handles);
    CHECK(slept + killed == 5000);
  });
}

TEST_CASE("yield: tasks take turns") {
  run_simulated_test([]() -> task<> {
    std::string turns;
    auto body = [&](char name) -> task<> {
      for (int i = 0; i < 3; ++i) {
        turns += name;
        co_await weft::yield();
      }
    };
    auto a = weft::spawn(body, 'a');
    auto b = weft::spawn(body, 'b');
    auto c = weft::spawn(body, 'c');
    co_await weft::joinall(a, b, c);
    CHECK(turns == "abcabcabc");
  });
}

// A timer of the real clock, which a simulated one would not have fire while anything is ready.
TEST_CASE("yield: tasks that are always ready do not starve timers") {
  run_test([]() -> task<> {
    bool stop = false;
    auto busy = [&]() -> task<> {
      while (!stop) co_await weft::yield();
    };
    auto one = weft::spawn(busy);
    auto two = weft::spawn(busy);
    co_await weft::sleep(1ms);
    stop = true;
    co_await weft::joinall(one, two);
    CHECK(one.ok());
  });
}

TEST_CASE("yield: killed in the ready list, the task does not go on") {
  run_simulated_test([]() -> task<> {
    bool went_on = false;
    auto body = [&]() -> task<> {
      co_await weft::yield();
      went_on = true;
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    child.kill("in the ready list");
    co_await child.join();
    CHECK(child.killed());
    CHECK_FALSE(went_on);
  });
}

}  // namespace

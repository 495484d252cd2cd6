#include <weft/core/join.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::handle;
using weft::join_options;
using weft::task;

task<int> never() {
  co_await weft::sleep(24h);
  co_return 0;
}

TEST_CASE("joinall: waits for handles of different types, each with its own end") {
  run_simulated_test([]() -> task<> {
    auto number = weft::spawn(after_turns, 3, 1);
    auto text = weft::spawn(give<std::string>, std::string("x"));
    auto empty = weft::spawn(nothing);
    co_await weft::joinall(number, text, empty);
    CHECK(number.ok());
    CHECK(text.ok());
    CHECK(empty.ok());
    co_await weft::joinall();
  });
}

TEST_CASE("joinall: every task has ended before the first failure, in the order of the arguments, is rethrown") {
  run_simulated_test([]() -> task<> {
    auto late = weft::spawn(fail_after_turns, 5, "first argument");
    auto early = weft::spawn(fail_after_turns, 1, "first in time");
    auto slow = weft::spawn(after_turns, 9, 1);
    const std::string outcome = co_await outcome_of(weft::joinall(slow, late, early));
    CHECK(outcome == "first argument");
    CHECK(slow.ok());
    CHECK(weft::describe(early.error()) == "first in time");
  });
}

TEST_CASE("joinall: a killed task is no failure") {
  run_simulated_test([]() -> task<> {
    auto killed = weft::spawn(never);
    auto good = weft::spawn(after_turns, 1, 1);
    killed.kill();
    co_await weft::joinall(killed, good);
    std::vector<handle<int>> both{killed, good};
    const auto ended = co_await weft::joinall(both);
    CHECK(ended == both);
  });
}

TEST_CASE("joinall: of a range gives the handles in the order of the range") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    for (int i = 0; i < 5; ++i) handles.push_back(weft::spawn(after_turns, 5 - i, i));
    const auto ended = co_await weft::joinall(handles);
    CHECK(ended == handles);
    const std::list<handle<int>> listed(handles.begin(), handles.end());
    const auto from_list = co_await weft::joinall(listed);
    CHECK(from_list == handles);
    const auto none = co_await weft::joinall(std::vector<handle<int>>());
    CHECK(none.empty());
  });
}

TEST_CASE("joinall: of a range rethrows the first failure unless it is told not to") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    handles.push_back(weft::spawn(after_turns, 1, 1));
    handles.push_back(weft::spawn(fail_after_turns, 4, "first in order"));
    handles.push_back(weft::spawn(fail_after_turns, 2, "first in time"));
    const std::string outcome = co_await outcome_of(weft::joinall(handles));
    CHECK(outcome == "first in order");
    join_options options;
    options.raise_error = false;
    const auto ended = co_await weft::joinall(handles, options);
    CHECK(ended == handles);
  });
}

TEST_CASE("joinall: a timeout ends the waiting, not the tasks, and is not thrown") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    handles.push_back(weft::spawn(never));
    handles.push_back(weft::spawn(after_turns, 2, 1));
    join_options options;
    options.timeout = 2ms;
    const auto ended = co_await weft::joinall(handles, options);
    CHECK(ended == std::vector{handles[1]});
    CHECK_FALSE(handles[0].ready());
    options.timeout = 0ms;
    const auto again = co_await weft::joinall(handles, options);
    CHECK(again.size() == 1);
    co_await weft::killall(handles, "done");
  });
}

TEST_CASE("joinall: count waits for so many of them") {
  run_simulated_test([]() -> task<> {
    std::vector<handle<int>> handles;
    handles.push_back(weft::spawn(never));
    for (int i = 1; i < 6; ++i) handles.push_back(weft::spawn(after_turns, i, i));
    join_options options;
    options.count = 0;
    const auto none = co_await weft::joinall(handles, options);
    CHECK(none.empty());
    options.count = 3;
    const auto three = co_await weft::joinall(handles, options);
    CHECK(three.size() == 3);
    options.count = 2;
    const auto still_three = co_await weft::joinall(handles, options);
    CHECK(still_three.size() == 3);
    options.count = 6;
    options.timeout = 1ms;
    const auto five = co_await weft::joinall(handles, options);
    CHECK(five.size() == 5);
    CHECK_FALSE(handles[0].ready());
    options.count = 100;
    options.timeout = {};
    handles[0].kill();
    const auto all = co_await weft::joinall(handles, options);
    CHECK(all == handles);
  });
}

TEST_CASE("joinall: count with one handle named twice, and a waiter that is killed, leave nothing behind") {
  run_simulated_test([]() -> task<> {
    auto slow = weft::spawn(after_turns, 6, 1);
    std::vector<handle<int>> twice{slow, slow};
    auto wait = [](std::vector<handle<int>> handles) -> task<> {
      join_options options;
      options.count = 2;
      co_await weft::joinall(handles, options);
    };
    auto killed = weft::spawn(wait, twice);
    auto waiting = weft::spawn(wait, twice);
    co_await weft::yield();
    co_await killed.kill_join();
    CHECK(killed.killed());
    CHECK_FALSE(slow.ready());
    co_await waiting;
    CHECK(slow.ok());
  });
}

TEST_CASE("joinall: a caller that is killed stops waiting and leaves the tasks alone") {
  run_simulated_test([]() -> task<> {
    auto slow = weft::spawn(after_turns, 8, 1);
    auto wait = [](handle<int> h) -> task<> { co_await weft::joinall(h); };
    auto waiter = weft::spawn(wait, slow);
    co_await weft::yield();
    co_await waiter.kill_join();
    CHECK(waiter.killed());
    const int value = co_await slow;
    CHECK(value == 1);
  });
}

TEST_CASE("killall: all are asked before the first is waited for") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> order;
    auto body = [&](int n) -> task<> {
      std::exception_ptr kill;
      try {
        co_await weft::sleep(1h);
      } catch (...) {
        kill = std::current_exception();
      }
      order.push_back(std::to_string(n) + " " + weft::describe(kill));
      std::rethrow_exception(kill);
    };
    std::vector<handle<>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(weft::spawn(body, i));
    co_await weft::yield();
    auto unstarted = weft::spawn(body, 3);
    handles.push_back(unstarted);
    co_await weft::killall(handles, "stop");
    CHECK(order == std::vector<std::string>{"0 cancelled: stop", "1 cancelled: stop", "2 cancelled: stop"});
    for (const auto& h : handles) CHECK(h.killed());
  });
}

}  // namespace

// Who gives up waiting for a task has not seen how it ended: its failure is reported.
#include "support.hpp"

#include <weft/core/as_completed.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

task<> fail_later(std::string text) {
  co_await weft::sleep(1min);
  throw std::runtime_error(text);
}

/// What is reported when `wait` has got a handle of a task that fails in a minute, and an hour passes.
template <class F>
std::vector<std::string> reported_after(F wait) {
  auto body = [&]() -> task<> {
    auto child = weft::spawn(weft::spawn_options{"child"}, fail_later, "late");
    co_await wait(std::move(child));
    co_await weft::sleep(1h);
  };
  return run_recorded(body, simulated_clock()).unhandled;
}

const std::vector<std::string> told{"child: late"};

TEST_CASE("unseen failure: of a task whose joiner gave up after a while is reported") {
  auto join_for = [](weft::handle<> h) -> task<> { static_cast<void>(co_await h.join_for(1s)); };
  CHECK(reported_after(join_for) == told);
  auto give_up = [](weft::handle<> h) -> task<> {
    auto wait = [](weft::handle<> awaited) -> task<> { co_await awaited; };
    static_cast<void>(co_await weft::move_on_after(1s, wait, h));
  };
  CHECK(reported_after(give_up) == told);
  auto some_time = [](weft::handle<> h) -> task<> {
    std::vector<weft::handle<>> handles(1, h);
    auto options = weft::join_options();
    options.timeout = 1s;
    static_cast<void>(co_await weft::joinall(handles, options));
  };
  CHECK(reported_after(some_time) == told);
}

TEST_CASE("unseen failure: one that was asked for before the end is reported") {
  auto ask = [](weft::handle<> h) -> task<> {
    CHECK_FALSE(h.error());
    co_return;
  };
  CHECK(reported_after(ask) == told);
}

TEST_CASE("unseen failure: of a task whose joiner was killed is reported") {
  auto killed = [](weft::handle<> h) -> task<> {
    auto wait = [](weft::handle<> awaited) -> task<> { co_await awaited.join(); };
    auto waiter = weft::spawn(wait, h);
    co_await weft::yield();
    co_await waiter.kill_join();
  };
  CHECK(reported_after(killed) == told);
}

TEST_CASE("unseen failure: of a task that as_completed had not come to is reported") {
  auto first_of_two = [](weft::handle<> h) -> task<> {
    std::vector<weft::handle<>> handles;
    handles.push_back(h);
    handles.push_back(weft::spawn(nothing));
    auto ended = weft::as_completed(std::move(handles));
    const auto first = co_await ended.next();
    CHECK(first->ok());
  };
  CHECK(reported_after(first_of_two) == told);
}

TEST_CASE("unseen failure: of those behind the first that joinall rethrows is reported") {
  auto body = [](bool as_range) -> task<> {
    auto a = weft::spawn(fail_later, "a");
    auto b = weft::spawn(weft::spawn_options{"b"}, fail_later, "b");
    std::string thrown;
    if (as_range) {
      std::vector<weft::handle<>> handles;
      handles.push_back(a);
      handles.push_back(b);
      thrown = co_await outcome_of(weft::joinall(std::move(handles)));
    } else {
      thrown = co_await outcome_of(weft::joinall(a, b));
    }
    CHECK(thrown == "a");
  };
  for (const bool as_range : {false, true}) {
    auto main = [&]() -> task<> { co_await body(as_range); };
    const auto result = run_recorded(main, simulated_clock());
    CHECK(result.unhandled == std::vector<std::string>{"b: b"});
    CHECK(result.code == 1);
  }
}

TEST_CASE("unseen failure: one that was waited for to the end is none") {
  auto join = [](weft::handle<> h) -> task<> { co_await h.join(); };
  CHECK(reported_after(join).empty());
  auto ask = [](weft::handle<> h) -> task<> {
    const bool ended = co_await h.join_for(1h);
    CHECK(ended);
  };
  CHECK(reported_after(ask).empty());
  auto quietly = [](weft::handle<> h) -> task<> {
    std::vector<weft::handle<>> handles(1, h);
    auto options = weft::join_options();
    options.raise_error = false;
    static_cast<void>(co_await weft::joinall(handles, options));
  };
  CHECK(reported_after(quietly).empty());
}

TEST_CASE("handle: on_done of an ended task is called at once where no loop runs any more") {
  weft::handle<int> kept;
  run_test([&]() -> task<> {
    kept = weft::spawn(give<int>, 5);
    co_await kept.join();
  });
  int calls = 0;
  kept.on_done([&](const weft::handle<int>& h) {
    ++calls;
    CHECK(h.ok());
  });
  CHECK(calls == 1);
}

TEST_CASE("task: awaited a second time, or when it is empty, it says so") {
  run_test([]() -> task<> {
    auto once = give(3);
    const int value = co_await std::move(once);
    CHECK(value == 3);
    const auto twice = co_await outcome_of(std::move(once));
    CHECK(twice.find("awaited before") != std::string::npos);
  });
}

}  // namespace

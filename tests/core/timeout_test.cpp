#include <weft/core/timeout.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace {

using namespace core_test;
using weft::task;

task<int> sleeps(weft::duration length, int value) {
  co_await weft::sleep(length);
  co_return value;
}

TEST_CASE("timeout: gives the result of work that ends in time, with its arguments moved in") {
  run_simulated_test([]() -> task<> {
    const int value = co_await weft::timeout(1h, sleeps, 0ms, 4);
    CHECK(value == 4);
    auto unwrap = [](std::unique_ptr<int> owned) -> task<std::unique_ptr<int>> { co_return owned; };
    const std::unique_ptr<int> owned = co_await weft::timeout(1h, unwrap, std::make_unique<int>(5));
    CHECK(*owned == 5);
    co_await weft::timeout(1h, nothing);
  });
}

TEST_CASE("timeout: throws timed_out when the work takes longer, after the work has ended") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    auto work = [&]() -> task<> {
      const tracker local(alive);
      co_await weft::sleep(1h);
    };
    bool threw = false;
    try {
      co_await weft::timeout(1ms, work);
    } catch (const weft::timed_out&) {
      threw = true;
      CHECK(alive == 0);
    }
    CHECK(threw);
    co_await weft::sleep(0ms);
  });
}

TEST_CASE("timeout: the work sees the deadline as a cancellation for the reason 'timeout'") {
  run_simulated_test([]() -> task<> {
    std::string reason;
    auto work = [&]() -> task<> {
      std::exception_ptr error;
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled& e) {
        reason = e.reason();
        error = std::current_exception();
      }
      std::rethrow_exception(error);
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, work));
    CHECK(outcome == "timed out");
    CHECK(reason == "timeout");
  });
}

TEST_CASE("timeout: what the work throws is its own, also when the deadline has passed by then") {
  run_simulated_test([]() -> task<> {
    const std::string early = co_await outcome_of(weft::timeout(1h, fail_with, "own error"));
    CHECK(early == "own error");
    auto late = []() -> task<> {
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled&) {
        throw std::runtime_error("cleanup failed");
      }
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, late));
    CHECK(outcome == "cleanup failed");
  });
}

TEST_CASE("timeout: work that swallows the cancellation and gives a value has given it") {
  run_simulated_test([]() -> task<> {
    auto work = []() -> task<int> {
      const std::string ignored = co_await outcome_of(weft::sleep(1h));
      co_return ignored == "cancelled: timeout" ? 1 : 0;
    };
    const int value = co_await weft::timeout(1ms, work);
    CHECK(value == 1);
  });
}

TEST_CASE("timeout: cancels once and for all: every later wait inside throws again, and none outside") {
  run_simulated_test([]() -> task<> {
    int thrown = 0;
    auto work = [&]() -> task<> {
      for (int i = 0; i < 3; ++i) {
        const std::string outcome = co_await outcome_of(weft::sleep(1h));
        if (outcome == "cancelled: timeout") ++thrown;
      }
      co_await weft::yield();
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, work));
    CHECK(outcome == "timed out");
    CHECK(thrown == 3);
    co_await weft::yield();
    co_await weft::sleep(1us);
  });
}

TEST_CASE("timeout: when they nest, the one that has passed decides") {
  run_simulated_test([]() -> task<> {
    auto inner_first = []() -> task<std::string> {
      auto outcome = co_await outcome_of(weft::timeout(1ms, sleeps, 1h, 1));
      co_await weft::yield();
      co_return outcome;
    };
    const std::string inner = co_await weft::timeout(1h, inner_first);
    CHECK(inner == "timed out");
    std::string inside;
    auto outer_first = [&]() -> task<> {
      inside = co_await outcome_of(weft::timeout(1h, sleeps, 1h, 1));
      co_await weft::yield();
    };
    const std::string outer = co_await outcome_of(weft::timeout(1ms, outer_first));
    CHECK(outer == "timed out");
    CHECK(inside == "cancelled: timeout");
  });
}

TEST_CASE("timeout: a kill of the caller wins over the deadline, and is no timed_out") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> task<> { co_await weft::timeout(1h, sleeps, 1h, 1); };
    auto caller = weft::spawn(body);
    co_await weft::yield();
    co_await caller.kill_join("stop");
    CHECK(caller.killed());
    CHECK(weft::describe(caller.error()) == "cancelled: stop");
  });
}

TEST_CASE("timeout: covers the tasks that scopes inside have spawned") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    auto child = [&]() -> task<> {
      const tracker local(alive);
      co_await weft::sleep(1h);
    };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(child);
      group.spawn(child);
      co_return;
    };
    auto work = [&]() -> task<> { co_await weft::scope(body); };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, work));
    CHECK(outcome == "timed out");
    CHECK(alive == 0);
  });
}

TEST_CASE("timeout: cancelled thrown by a killed handle is no timed_out") {
  run_simulated_test([]() -> task<> {
    auto victim = weft::spawn(sleeps, 1h, 1);
    victim.kill("victim");
    auto work = [&]() -> task<int> { co_return co_await victim; };
    const std::string outcome = co_await outcome_of(weft::timeout(1h, work));
    CHECK(outcome == "cancelled: victim");
  });
}

TEST_CASE("timeout: one that has passed before the work begins ends the work's first wait") {
  run_simulated_test([]() -> task<> {
    const int at_once = co_await weft::timeout(-1s, give<int>, 1);
    CHECK(at_once == 1);
    const std::string outcome = co_await outcome_of(weft::timeout(0s, sleeps, 1h, 1));
    CHECK(outcome == "timed out");
    const int forever = co_await weft::timeout(weft::duration::max(), sleeps, 1us, 2);
    CHECK(forever == 2);
  });
}

TEST_CASE("move_on_after: gives the value, or nothing when the work took too long") {
  run_simulated_test([]() -> task<> {
    const auto value = co_await weft::move_on_after(1h, sleeps, 0ms, 6);
    CHECK(value == 6);
    const auto none = co_await weft::move_on_after(1ms, sleeps, 1h, 6);
    CHECK_FALSE(none.has_value());
    const bool done = co_await weft::move_on_after(1h, nothing);
    CHECK(done);
    auto endless = []() -> task<> {
      for (;;) co_await weft::sleep(1h);
    };
    const bool finished = co_await weft::move_on_after(1ms, endless);
    CHECK_FALSE(finished);
  });
}

TEST_CASE("move_on_after: errors and kills pass through") {
  run_simulated_test([]() -> task<> {
    const std::string failure = co_await outcome_of(weft::move_on_after(1h, fail_with, "own error"));
    CHECK(failure == "own error");
    auto body = []() -> task<> { co_await weft::move_on_after(1h, sleeps, 1h, 1); };
    auto caller = weft::spawn(body);
    co_await weft::yield();
    co_await caller.kill_join("stop");
    CHECK(caller.killed());
  });
}

}  // namespace

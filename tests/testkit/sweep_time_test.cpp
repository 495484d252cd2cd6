#include "sweep.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/deadline.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <exception>

namespace {

using namespace sweep;
using weft::spawn_options;
using weft::task;
using weft::task_group;

TEST_CASE("sweep: timeout and move_on_after") {
  auto scenario = []() -> task<> {
    int running = 0;
    auto work = [&](std::chrono::hours wait) -> task<int> {
      ++running;
      const weft::scope_exit end([&] { --running; });
      co_return co_await give_after(wait, 7);
    };
    bool timed_out = false;
    try {
      co_await weft::timeout(1h, work, 2h);
    } catch (const weft::timed_out&) {
      timed_out = true;
    }
    expect(timed_out && running == 0, "the work has ended when its time is over");
    const int value = co_await weft::timeout(2h, work, 1h);
    expect(value == 7, "the work is in time");
    const auto nothing = co_await weft::move_on_after(1h, work, 2h);
    expect(!nothing && running == 0, "the work has ended when one moves on");
    const auto something = co_await weft::move_on_after(2h, work, 1h);
    expect(something == 7, "the work is in time");
    auto inner = [&]() -> task<int> { co_return co_await weft::timeout(5h, work, 9h); };
    const auto outer = co_await weft::move_on_after(1h, inner);
    expect(!outer, "the outer deadline is the earlier one");
  };
  everything(scenario);
}

TEST_CASE("sweep: timeout around children") {
  auto scenario = []() -> task<> {
    int running = 0;
    auto child = [&]() -> task<> {
      ++running;
      const weft::scope_exit end([&] { --running; });
      co_await weft::sleep(9h);
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"a"}, child);
      group.spawn(spawn_options{"b"}, child);
      co_await weft::sleep(9h);
    };
    auto work = [&]() -> task<> { co_await weft::scope(body); };
    const bool in_time = co_await weft::move_on_after(1h, work);
    expect(!in_time && running == 0, "the children have ended with the work");
  };
  everything(scenario, {"a", "b"});
}

TEST_CASE("sweep: deadline, moved on") {
  auto scenario = []() -> task<> {
    bool hit = false;
    weft::deadline limit(2h);
    try {
      for (int i = 0; i < 3; ++i) {
        co_await weft::sleep(1h);
        limit.expires_after(2h);
      }
      co_await weft::sleep(3h);
    } catch (const weft::cancelled&) {
      hit = limit.was_hit();
      if (!hit) throw;
    }
    limit.leave();
    expect(hit, "the deadline passes when it is not moved on");
    co_await weft::sleep(1h);
  };
  everything(scenario);
}

TEST_CASE("sweep: shield") {
  auto scenario = []() -> task<> {
    bool open = false;
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(1h);
      co_await weft::yield();
      open = false;
    };
    auto use = [&](task_group& /*unused*/) -> task<> {
      open = true;
      std::exception_ptr error;
      try {
        co_await weft::sleep(1h);
      } catch (...) {
        error = std::current_exception();
      }
      co_await weft::shield(5h, cleanup);
      if (error) std::rethrow_exception(error);
    };
    auto check = [&] { expect(!open, "the cleanup has not run to its end"); };
    co_await scope_then(use, check);
  };
  everything(scenario);
}

}  // namespace

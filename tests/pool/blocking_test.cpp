#include <weft/pool/blocking.hpp>

#include <weft/core/spawn.hpp>
#include <weft/pool/thread_registry.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace pool_test;
using weft::task;

TEST_CASE("blocking: gives what the call returns, from another thread, while the loop goes on") {
  run_test([]() -> task<> {
    const held_work held;
    int turns = 0;
    auto tick = [&]() -> task<> {
      for (; turns < 10; ++turns) co_await weft::yield();
      held.release();
    };
    auto ticker = weft::spawn(tick);
    co_await weft::blocking(held);
    CHECK(turns == 10);
    co_await ticker;
    auto where = [](const std::string& prefix) { return prefix + weft::this_thread::name(); };
    const std::string text = co_await weft::blocking(where, std::string("on "));
    CHECK(text.starts_with("on blocking-"));
  });
}

TEST_CASE("blocking: what the call throws reaches the task") {
  run_test([]() -> task<> {
    auto fail = [] { throw std::runtime_error("no luck"); };
    const std::string outcome = co_await outcome_of(weft::blocking(fail));
    CHECK(outcome == "no luck");
  });
}

TEST_CASE("blocking: a killed task goes on at once, and leaves the call behind") {
  const held_work held;
  auto main_task = [&]() -> task<> {
    auto call = [&]() -> task<> { co_await weft::blocking(held); };
    auto caller = weft::spawn(call);
    co_await weft::yield();
    co_await weft::yield();
    held.wait_until_begun();
    co_await caller.kill_join("enough");
    CHECK(caller.killed());
  };
  run_test(main_task);
  held.release();
}

}  // namespace

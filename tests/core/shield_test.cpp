#include <weft/core/shield.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace {

using namespace core_test;
using weft::task;

TEST_CASE("shield: gives the result of its work") {
  run_simulated_test([]() -> task<> {
    const int value = co_await weft::shield(1h, give<int>, 4);
    CHECK(value == 4);
    auto unwrap = [](std::unique_ptr<int> owned) -> task<std::unique_ptr<int>> {
      co_await weft::yield();
      co_return owned;
    };
    const auto owned = co_await weft::shield(1h, unwrap, std::make_unique<int>(5));
    CHECK(*owned == 5);
    const std::string failure = co_await outcome_of(weft::shield(1h, fail_with, "own error"));
    CHECK(failure == "own error");
  });
}

TEST_CASE("shield: work in a task that is killed already may wait; behind it the kill is thrown again") {
  run_simulated_test([]() -> task<> {
    std::string cleaned;
    auto cleanup = [&]() -> task<> {
      co_await weft::sleep(100us);
      co_await weft::yield();
      auto helper = weft::spawn(give<int>, 1);
      co_await helper;
      cleaned = "cleaned";
    };
    std::string behind;
    auto body = [&]() -> task<> {
      const std::string kill = co_await outcome_of(weft::sleep(1h));
      CHECK(kill == "cancelled: stop");
      co_await weft::shield(1h, cleanup);
      behind = co_await outcome_of(weft::yield());
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await child.kill_join("stop");
    CHECK(cleaned == "cleaned");
    CHECK(behind == "cancelled: stop");
    CHECK(child.killed());
  });
}

TEST_CASE("shield: a kill that comes during the work waits for its end") {
  run_simulated_test([]() -> task<> {
    bool finished = false;
    bool behind = false;
    auto work = [&]() -> task<> {
      for (int i = 0; i < 5; ++i) co_await weft::yield();
      co_await weft::sleep(100us);
      finished = true;
    };
    auto body = [&]() -> task<> {
      co_await weft::shield(1h, work);
      co_await weft::yield();
      behind = true;
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(finished);
    CHECK_FALSE(behind);
    CHECK(child.killed());
  });
}

TEST_CASE("shield: keeps a deadline around it out as well, which is thrown behind it") {
  run_simulated_test([]() -> task<> {
    bool finished = false;
    auto work = [&]() -> task<> {
      co_await weft::sleep(3ms);
      finished = true;
    };
    auto body = [&]() -> task<> {
      co_await weft::shield(1h, work);
      co_await weft::yield();
    };
    const std::string outcome = co_await outcome_of(weft::timeout(1ms, body));
    CHECK(outcome == "timed out");
    CHECK(finished);
  });
}

TEST_CASE("shield: timeouts inside of it work, in a killed task too") {
  run_simulated_test([]() -> task<> {
    std::string inside;
    auto sleeper = []() -> task<> { co_await weft::sleep(1h); };
    auto work = [&]() -> task<> { inside = co_await outcome_of(weft::timeout(1ms, sleeper)); };
    auto body = [&]() -> task<> {
      static_cast<void>(co_await outcome_of(weft::sleep(1h)));
      co_await weft::shield(1h, work);
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(inside == "timed out");
    CHECK(child.killed());
  });
}

TEST_CASE("shield: when the budget is used up the work is cancelled after all") {
  run_simulated_test([]() -> task<> {
    std::string inside;
    auto work = [&]() -> task<> {
      inside = co_await outcome_of(weft::sleep(1h));
      co_await weft::yield();
    };
    const std::string outcome = co_await outcome_of(weft::shield(1ms, work));
    CHECK(inside == "cancelled: timeout");
    CHECK(outcome == "cancelled: timeout");
    co_await weft::yield();
  });
}

}  // namespace

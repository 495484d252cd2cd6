#include <weft/core/task_started.hpp>

#include "support.hpp"

#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;
using weft::task_group;
using weft::task_started;

weft::spawn_options named(std::string name) { return {.name = std::move(name)}; }

/// Opens for an hour, says its port, serves until it is killed.
task<> serve(task_started<int> started, int port, bool& is_open) {
  co_await weft::sleep(1h);
  is_open = true;
  started(port);
  std::exception_ptr end;
  try {
    co_await weft::sleep(24h);
  } catch (const weft::cancelled&) {
    end = std::current_exception();
  }
  is_open = false;
  if (end) std::rethrow_exception(end);
}

task<> fail_to_start(task_started<int> /*started*/, std::string why) {
  co_await weft::sleep(1h);
  throw std::runtime_error(why);
}

TEST_CASE("start: gives what the child says, and the child goes on") {
  run_simulated_test([]() -> task<> {
    bool is_open = false;
    auto body = [&](task_group& group) -> task<> {
      const auto began = weft::now();
      const int port = co_await group.start<int>(serve, 8080, std::ref(is_open));
      CHECK(port == 8080);
      CHECK(is_open);
      CHECK(weft::now() - began == 1h);
      CHECK(group.size() == 1);
      group.cancel();
    };
    co_await weft::scope(body);
    CHECK_FALSE(is_open);
  });
}

TEST_CASE("start: of a child that has nothing to say but that it is ready, and of a value that can only be moved") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto child = [&](task_started<> started, std::string name) -> task<> {
      co_await weft::yield();
      log.push_back(name);
      started();
      co_await weft::yield();
      log.push_back(name + " ends");
    };
    auto owner = [](task_started<std::unique_ptr<int>> started) -> task<> {
      started(std::make_unique<int>(7));
      co_return;
    };
    auto body = [&](task_group& group) -> task<> {
      co_await group.start(named("first"), child, "first");
      log.emplace_back("started");
      const auto owned = co_await group.start<std::unique_ptr<int>>(owner);
      CHECK(*owned == 7);
    };
    co_await weft::scope(body);
    CHECK(log == std::vector<std::string>{"first", "started", "first ends"});
  });
}

TEST_CASE("start: a failure before the start reaches the caller alone") {
  run_simulated_test([]() -> task<> {
    bool sibling_ended = false;
    auto body = [&](task_group& group) -> task<> {
      auto sibling = [&]() -> task<> {
        co_await weft::sleep(2h);
        sibling_ended = true;
      };
      group.spawn(sibling);
      const std::string outcome = co_await outcome_of(group.start<int>(fail_to_start, "no such port"));
      CHECK(outcome == "no such port");
      CHECK(group.size() == 1);
    };
    co_await weft::scope(body);
    CHECK(sibling_ended);
  });
}

TEST_CASE("start: a failure behind the start is one of the group") {
  run_simulated_test([]() -> task<> {
    auto fails = [](task_started<> started) -> task<> {
      started();
      co_await weft::sleep(1h);
      throw std::runtime_error("later");
    };
    auto body = [&](task_group& group) -> task<> {
      co_await group.start(fails);
      co_await weft::sleep(24h);
    };
    const std::string outcome = co_await outcome_of(weft::scope(body));
    CHECK(outcome == "later");
  });
}

TEST_CASE("start: a child that ends in silence, or says it twice, is told so") {
  run_test([]() -> task<> {
    auto silent = [](task_started<int> /*started*/) -> task<> { co_return; };
    auto twice = [](task_started<int> started) -> task<> {
      started(1);
      started(2);
      co_return;
    };
    int port = 0;
    auto body = [&](task_group& group) -> task<> {
      const std::string outcome = co_await outcome_of(group.start<int>(named("mute"), silent));
      CHECK(outcome == "task 'mute' has ended without saying that it has started");
      port = co_await group.start<int>(twice);
    };
    const std::string outcome = co_await outcome_of(weft::scope(body));
    CHECK(outcome == "a task says twice that it has started");
    CHECK(port == 1);
  });
}

TEST_CASE("start: cancelled meanwhile, the child is killed and has ended") {
  run_simulated_test([]() -> task<> {
    std::string reason;
    bool cleaned_up = false;
    auto clean = [&]() -> task<> {
      co_await weft::sleep(1s);
      cleaned_up = true;
    };
    auto child = [&](task_started<int> started) -> task<> {
      std::exception_ptr end;
      try {
        co_await weft::sleep(24h);
      } catch (const weft::cancelled& why) {
        reason = why.reason();
        end = std::current_exception();
      }
      co_await weft::shield(10s, clean);
      started(1);  // no one waits any more
      std::rethrow_exception(end);
    };
    auto body = [&](task_group& group) -> task<> {
      auto start = [&]() -> task<int> { return group.start<int>(child); };
      const std::optional<int> port = co_await weft::move_on_after(1h, start);
      CHECK_FALSE(port);
      CHECK(cleaned_up);
      CHECK(group.size() == 0);
    };
    co_await weft::scope(body);
    CHECK(reason == "the start was cancelled");
  });
}

TEST_CASE("start: what a child fails with when its start is cancelled is thrown") {
  run_simulated_test([]() -> task<> {
    auto child = [](task_started<int> /*started*/) -> task<> {
      try {
        co_await weft::sleep(24h);
      } catch (const weft::cancelled&) {
        throw std::runtime_error("cannot clean up");
      }
    };
    auto body = [&](task_group& group) -> task<> {
      auto start = [&]() -> task<int> { return group.start<int>(child); };
      const std::string outcome = co_await outcome_of(weft::timeout(1h, start));
      CHECK(outcome == "cannot clean up");
    };
    co_await weft::scope(body);
  });
}

TEST_CASE("start: a child that is killed before it has started gives its kill to the caller") {
  run_simulated_test([]() -> task<> {
    auto child = [](task_started<> /*started*/) -> task<> { co_await weft::sleep(24h); };
    auto body = [&](task_group& group) -> task<> {
      auto start = [&]() -> task<std::string> { co_return co_await outcome_of(group.start(child)); };
      auto starting = weft::spawn(start);
      co_await weft::yield();
      co_await weft::yield();
      group.cancel("enough");
      const std::string outcome = co_await starting;
      CHECK(outcome == "cancelled: enough");
    };
    co_await weft::scope(body);
  });
}

TEST_CASE("start: waits for room in a full group") {
  run_simulated_test([]() -> task<> {
    auto child = [](task_started<int> started, int value) -> task<> {
      co_await weft::sleep(1h);
      started(value);
      co_await weft::sleep(1h);
    };
    auto body = [&](task_group& group) -> task<> {
      const auto began = weft::now();
      const int first = co_await group.start<int>(child, 1);
      const int second = co_await group.start<int>(child, 2);
      CHECK(first + second == 3);
      CHECK(weft::now() - began == 3h);
      auto start = [&]() -> task<int> { return group.start<int>(child, 3); };
      const std::optional<int> third = co_await weft::move_on_after(30min, start);
      CHECK_FALSE(third);
      CHECK(group.size() == 1);
    };
    weft::task_group_options options;
    options.max = 1;
    co_await weft::scope(options, body);
  });
}

TEST_CASE("start: a dump tells who waits for the start of whom") {
  run_simulated_test([]() -> task<> {
    auto child = [](task_started<> started) -> task<> {
      co_await weft::sleep(1h);
      started();
    };
    auto body = [&](task_group& group) -> task<> {
      auto start = [&]() -> task<> { return group.start(named("server"), child); };
      group.spawn(start);
      for (int i = 0; i < 3; ++i) co_await weft::yield();
      const std::string text = weft::dump();
      CHECK(text.find("waits for the start of a child, on #") != std::string::npos);
    };
    co_await weft::scope(body);
  });
}

}  // namespace

#include <weft/core/task_group.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;
using weft::task_group;

task<> after_turns(int turns, std::vector<std::string>& log, std::string text) {
  for (int i = 0; i < turns; ++i) co_await weft::yield();
  log.push_back(text);
}

task<> fail_after_turns(int turns, std::string text) {
  for (int i = 0; i < turns; ++i) co_await weft::yield();
  throw std::runtime_error(text);
}

/// Sleeps until it is killed, and notes why.
task<> until_killed(std::vector<std::string>& log) {
  std::exception_ptr kill;
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled& e) {
    log.push_back(e.reason());
    kill = std::current_exception();
  }
  std::rethrow_exception(kill);
}

task<> fails_when_killed(std::string text) {
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled&) {
    throw std::runtime_error(text);
  }
}

std::vector<std::string> texts(const weft::error_group& group) {
  std::vector<std::string> all;
  for (const auto& [name, error] : group.errors()) all.push_back(weft::describe(error));
  return all;
}

TEST_CASE("scope: returns when the body and every child have ended, with the body's result") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<int> {
      group.spawn(after_turns, 5, std::ref(log), "slow");
      group.spawn(after_turns, 1, std::ref(log), "fast");
      CHECK(group.size() == 2);
      co_return 7;
    };
    const int value = co_await weft::scope(body);
    CHECK(value == 7);
    CHECK(log == std::vector<std::string>{"fast", "slow"});
    auto childless = [](task_group&) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(1); };
    const auto owned = co_await weft::scope(childless);
    CHECK(*owned == 1);
  });
}

TEST_CASE("scope: a child may spawn siblings, which are waited for too") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<> {
      auto parent = [&]() -> task<> {
        co_await weft::yield();
        group.spawn(after_turns, 3, std::ref(log), "grandchild");
      };
      group.spawn(parent);
      co_return;
    };
    co_await weft::scope(body);
    CHECK(log == std::vector<std::string>{"grandchild"});
  });
}

TEST_CASE("scope: the first failure cancels the siblings and the body, and is rethrown as itself") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<> {
      group.spawn(until_killed, std::ref(log));
      group.spawn(fail_after_turns, 2, "boom");
      co_await until_killed(log);
    };
    const std::string outcome = co_await outcome_of(weft::scope(body));
    CHECK(outcome == "boom");
    CHECK(log == std::vector<std::string>{"a sibling failed", "a sibling failed"});
    co_await weft::yield();
  });
}

TEST_CASE("scope: a failure of the body cancels the children and is rethrown when they have ended") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<int> {
      group.spawn(until_killed, std::ref(log));
      co_await weft::yield();
      throw std::runtime_error("body failed");
    };
    const std::string outcome = co_await outcome_of(weft::scope(body));
    CHECK(outcome == "body failed");
    CHECK(log == std::vector<std::string>{"the body of the scope failed"});
  });
}

TEST_CASE(
    "scope: several failures are thrown together, in the order in which they happened, with the names of the tasks") {
  run_test([]() -> task<> {
    auto body = [&](task_group& group) -> task<> {
      auto options = weft::spawn_options{.name = "cleaner"};
      group.spawn(options, fails_when_killed, "cleanup failed");
      co_await weft::yield();
      throw std::runtime_error("body failed");
    };
    bool threw = false;
    try {
      co_await weft::scope(body);
    } catch (const weft::error_group& group) {
      threw = true;
      CHECK(texts(group) == std::vector<std::string>{"body failed", "cleanup failed"});
      CHECK(group.errors()[0].task == "main");
      CHECK(group.errors()[1].task == "cleaner");
      CHECK(std::string(group.what()) == "2 tasks failed: main (body failed), cleaner (cleanup failed)");
    }
    CHECK(threw);
  });
}

TEST_CASE("scope: under collect the siblings go on, and even one failure is an error_group") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    weft::task_group_options options;
    options.on_error = weft::on_error::collect;
    auto one = [&](task_group& group) -> task<> {
      group.spawn(fail_after_turns, 1, "single");
      group.spawn(after_turns, 3, std::ref(log), "went on");
      co_return;
    };
    std::vector<std::string> kept;
    try {
      co_await weft::scope(options, one);
    } catch (const weft::error_group& group) {
      kept = texts(group);
    }
    CHECK(kept == std::vector<std::string>{"single"});
    CHECK(log == std::vector<std::string>{"went on"});
    auto three = [&](task_group& group) -> task<> {
      for (int i = 3; i > 0; --i) group.spawn(fail_after_turns, i, std::to_string(i));
      co_return;
    };
    try {
      co_await weft::scope(options, three);
    } catch (const weft::error_group& group) {
      kept = texts(group);
    }
    CHECK(kept == std::vector<std::string>{"1", "2", "3"});
  });
}

TEST_CASE("scope: a child that was killed on purpose is no failure") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<> {
      const auto child = co_await group.spawn(until_killed, std::ref(log));
      group.spawn(after_turns, 4, std::ref(log), "sibling");
      co_await weft::yield();
      child.kill("on purpose");
    };
    co_await weft::scope(body);
    CHECK(log == std::vector<std::string>{"on purpose", "sibling"});
  });
}

TEST_CASE("scope: a kill of the caller reaches body and children, and is rethrown when all have ended") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    for (const bool body_waits : {true, false}) {
      log.clear();
      auto body = [&](task_group& group) -> task<> {
        group.spawn(until_killed, std::ref(log));
        if (body_waits) co_await until_killed(log);
      };
      auto caller_body = [&]() -> task<> { co_await weft::scope(body); };
      auto caller = weft::spawn(caller_body);
      co_await weft::yield();
      co_await weft::yield();
      co_await caller.kill_join("stop");
      CHECK(weft::describe(caller.error()) == "cancelled: stop");
      CHECK(log.size() == (body_waits ? 2 : 1));
    }
  });
}

TEST_CASE("scope: a child's failure while the caller is being cancelled is not lost") {
  run_test([]() -> task<> {
    for (const bool body_waits : {true, false}) {
      auto body = [&](task_group& group) -> task<> {
        group.spawn(fails_when_killed, "failed while dying");
        if (body_waits) co_await weft::sleep(1h);
      };
      auto caller_body = [&]() -> task<> { co_await weft::scope(body); };
      auto caller = weft::spawn(caller_body);
      co_await weft::yield();
      co_await weft::yield();
      co_await caller.kill_join("stop");
      CHECK(caller.failed());
      CHECK(weft::describe(caller.error()) == "failed while dying");
    }
  });
}

TEST_CASE("scope: cancelled that the body throws for another's kill is not lost") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto victim = weft::spawn(nothing);
    victim.kill("victim");
    auto void_body = [&](task_group& group) -> task<> {
      group.spawn(until_killed, std::ref(log));
      co_await weft::yield();
      co_await victim;
    };
    const std::string outcome = co_await outcome_of(weft::scope(void_body));
    CHECK(outcome == "cancelled: victim");
    CHECK(log.size() == 1);
    auto value_body = [&](task_group&) -> task<int> {
      co_await victim;
      co_return 1;
    };
    const std::string value_outcome = co_await outcome_of(weft::scope(value_body));
    CHECK(value_outcome == "cancelled: victim");
  });
}

TEST_CASE("task_group: cancel() ends the children and the body; scope() returns, or throws when there is no value") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto void_body = [&](task_group& group) -> task<> {
      group.spawn(until_killed, std::ref(log));
      co_await weft::yield();
      group.cancel("found it");
      co_await weft::sleep(1h);
      log.push_back("not reached");
    };
    co_await weft::scope(void_body);
    CHECK(log == std::vector<std::string>{"found it"});
    auto no_value = [&](task_group& group) -> task<int> {
      group.cancel("no value");
      co_await weft::sleep(1h);
      co_return 1;
    };
    const std::string outcome = co_await outcome_of(weft::scope(no_value));
    CHECK(outcome == "cancelled: no value");
    auto value = [&](task_group& group) -> task<int> {
      group.spawn(until_killed, std::ref(log));
      group.cancel();
      co_return 2;
    };
    const int given = co_await weft::scope(value);
    CHECK(given == 2);
    co_await weft::yield();
  });
}

TEST_CASE("task_group: a child may cancel the group it belongs to") {
  run_test([]() -> task<> {
    std::vector<std::string> log;
    auto body = [&](task_group& group) -> task<> {
      auto finder = [&]() -> task<> {
        co_await weft::yield();
        group.cancel("found it");
        co_await until_killed(log);
      };
      group.spawn(finder);
      co_await until_killed(log);
    };
    co_await weft::scope(body);
    CHECK(log == std::vector<std::string>{"found it", "found it"});
  });
}

TEST_CASE("task_group: what is spawned into a cancelled group never runs") {
  run_test([]() -> task<> {
    int alive = 0;
    bool ran = false;
    auto child = [&](tracker) -> task<> {
      ran = true;
      co_return;
    };
    weft::handle<> late;
    auto body = [&](task_group& group) -> task<> {
      group.cancel("closed");
      auto started = group.spawn(child, tracker(alive));
      const std::string outcome = co_await outcome_of(std::move(started));
      CHECK(outcome == "cancelled: closed");
    };
    co_await weft::scope(body);
    CHECK_FALSE(ran);
    CHECK(alive == 0);
  });
}

}  // namespace

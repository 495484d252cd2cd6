// Mistakes that do no harm by themselves, and are written to the log where someone debugs.
#include "captured_log.hpp"
#include "support.hpp"

#include <weft/core/finally.hpp>
#include <weft/core/join.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

/// WEFT_DEBUG=1 while it lives.
class debugging {
 public:
  debugging() { ::setenv("WEFT_DEBUG", "1", 1); }
  debugging(const debugging&) = delete;
  debugging& operator=(const debugging&) = delete;
  ~debugging() { ::unsetenv("WEFT_DEBUG"); }
};

/// What is logged while `body` runs.
template <class F>
std::string log_of(F body) {
  const captured_log log;
  auto inside = [&]() -> task<> {
    const debugging on;
    co_await body();
  };
  run_simulated_test(inside);
  return log.text();
}

bool tells_of_a_dropped_task(const std::string& log) {
  return log.find("a task was made but neither awaited nor spawned") != std::string::npos;
}

TEST_CASE("a task that is made and dropped is logged, with its function and who dropped it") {
  const std::string log = log_of([]() -> task<> {
    auto careless = []() -> task<> {
      co_await weft::sleep(1s);
      static_cast<void>(give(1));
    };
    const auto h = weft::spawn(weft::spawn_options{"careless"}, careless);
    co_await h;
  });
  CHECK(tells_of_a_dropped_task(log));
  CHECK(log.find("+0x") != std::string::npos);
  CHECK(log.find("by task 'careless'") != std::string::npos);
  CHECK(log.find("mistakes_test.cpp:") != std::string::npos);
}

TEST_CASE("a task that is overwritten is logged, one that was moved from is not") {
  CHECK(tells_of_a_dropped_task(log_of([]() -> task<> {
    task<int> t = give(1);
    t = give(2);
    co_await std::move(t);
  })));
  CHECK_FALSE(tells_of_a_dropped_task(log_of([]() -> task<> {
    task<int> first = give(1);
    task<int> second = std::move(first);
    const int value = co_await std::move(second);
    CHECK(value == 1);
  })));
}

TEST_CASE("tasks that a failure or a kill leaves behind are not logged") {
  CHECK_FALSE(tells_of_a_dropped_task(log_of([]() -> task<> {
    auto fails = []() -> task<> {
      auto never_awaited = give(1);
      co_await nothing();
      throw std::runtime_error("before");
    };
    const std::string outcome = co_await outcome_of(fails());
    CHECK(outcome == "before");
    std::vector<task<>> tasks;
    tasks.push_back(fail_with("early"));
    for (int i = 0; i < 3; ++i) tasks.push_back(nothing());
    const std::string gathered = co_await outcome_of(weft::gather(std::move(tasks)));
    CHECK(gathered == "early");
  })));
  CHECK_FALSE(tells_of_a_dropped_task(log_of([]() -> task<> {
    auto gathers = [](task<int> kept) -> task<> {
      co_await weft::sleep(1h);
      co_await std::move(kept);
    };
    auto never_begun = weft::spawn(gathers, give(1));
    co_await never_begun.kill_join();
    auto begun = weft::spawn(gathers, give(1));
    co_await weft::yield();
    co_await begun.kill_join();
    CHECK(begun.killed());
  })));
}

TEST_CASE("nothing is logged of tasks that combinators run") {
  const std::string log = log_of([]() -> task<> {
    const auto [a, b] = co_await weft::gather(give(1), give(2));
    CHECK(a + b == 3);
    auto raced = weft::race(give(1), after_turns(3, 2));
    const auto won = co_await std::move(raced);
    CHECK(won.index() == 0);
    auto body = []() -> task<int> { co_return 1; };
    auto cleanup = []() -> task<> { co_return; };
    const int value = co_await weft::finally(body, cleanup);
    CHECK(value == 1);
  });
  CHECK_FALSE(tells_of_a_dropped_task(log));
}

TEST_CASE("a swallowed kill is logged when the task ends, one that came too late is not") {
  const std::string swallowed = log_of([]() -> task<> {
    auto body = []() -> task<> {
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled&) {
      }
    };
    auto deaf = weft::spawn(weft::spawn_options{"deaf"}, body);
    co_await weft::yield();
    co_await deaf.kill_join("enough");
    CHECK(deaf.killed());
  });
  CHECK(swallowed.find("task 'deaf' was killed (enough) and has ended as if it had not been") != std::string::npos);
  const std::string late = log_of([]() -> task<> {
    weft::handle<> self;
    auto last_step = [&]() -> task<> {
      self.kill("behind its last wait");
      co_return;
    };
    self = weft::spawn(last_step);
    co_await self.join();
    CHECK(self.killed());
  });
  CHECK(late.find("as if it had not been") == std::string::npos);
}

TEST_CASE("a dump tells which tasks were killed, and which of them have seen it") {
  run_simulated_test([]() -> task<> {
    auto cleanup = []() -> task<> { co_await weft::sleep(1s); };
    auto body = [&]() -> task<> {
      auto work = []() -> task<> { co_await weft::sleep(1h); };
      co_await weft::finally(work, cleanup);
    };
    const auto h = weft::spawn(body);
    co_await weft::yield();
    CHECK(weft::dump().find("it was killed") == std::string::npos);
    h.kill();
    CHECK(weft::dump().find("; it was killed\n") != std::string::npos);
    co_await weft::yield();
    CHECK(weft::dump().find("; it was killed, has seen it, and goes on\n") != std::string::npos);
    co_await h.join();
  });
}

}  // namespace

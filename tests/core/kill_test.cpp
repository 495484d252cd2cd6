#include <weft/core/handle.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/this_task.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::handle;
using weft::task;

TEST_CASE("kill: before the first run the body never runs, its arguments are freed and joiners wake") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    bool ran = false;
    auto body = [&](tracker) -> task<int> {
      ran = true;
      co_return 1;
    };
    auto child = weft::spawn(body, tracker(alive));
    auto wait = [](handle<int> h) -> task<std::string> { co_return co_await outcome_of(h); };
    auto waiter = weft::spawn(wait, child);
    child.kill("too early");
    CHECK_FALSE(child.ready());
    const std::string seen = co_await waiter;
    CHECK(seen == "cancelled: too early");
    CHECK(child.killed());
    CHECK_FALSE(child.failed());
    CHECK_FALSE(ran);
    CHECK(alive == 0);
  });
}

TEST_CASE("kill: in the ready list, after its wait has ended, the task throws at that wait") {
  run_simulated_test([]() -> task<> {
    bool went_on = false;
    auto target = weft::spawn(nothing);
    auto body = [&]() -> task<> {
      co_await weft::sleep(1us);
      went_on = true;
      co_await weft::sleep(1h);
    };
    auto child = weft::spawn(body);
    co_await target;
    child.kill("now");
    co_await child.join();
    CHECK(child.killed());
    CHECK_FALSE(went_on);
  });
}

TEST_CASE("kill: of oneself takes effect at the next wait") {
  run_simulated_test([]() -> task<> {
    bool before = false;
    bool behind = false;
    handle<> self;
    auto body = [&]() -> task<> {
      self.kill("by myself");
      before = true;
      co_await weft::yield();
      behind = true;
    };
    self = weft::spawn(body);
    co_await self.join();
    CHECK(before);
    CHECK_FALSE(behind);
    CHECK(weft::describe(self.error()) == "cancelled: by myself");
  });
}

TEST_CASE("kill: one that joins itself with kill_join ends at once") {
  run_simulated_test([]() -> task<> {
    handle<> self;
    auto body = [&]() -> task<> { co_await self.kill_join("by myself"); };
    self = weft::spawn(body);
    co_await self.join();
    CHECK(self.killed());
  });
}

TEST_CASE("kill: of oneself without another wait still counts as killed when the task ends") {
  run_simulated_test([]() -> task<> {
    handle<int> self;
    auto body = [&]() -> task<int> {
      self.kill("last words");
      co_return 1;
    };
    self = weft::spawn(body);
    const std::string outcome = co_await outcome_of(self);
    CHECK(outcome == "cancelled: last words");
    CHECK(self.killed());
  });
}

TEST_CASE("kill: it is level-triggered: swallowed, it is thrown by every later wait") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> outcomes;
    auto body = [&]() -> task<> {
      auto other = weft::spawn(nothing);
      outcomes.push_back(co_await outcome_of(weft::sleep(1h)));
      outcomes.push_back(co_await outcome_of(weft::yield()));
      outcomes.push_back(co_await outcome_of(weft::sleep(0s)));
      outcomes.push_back(co_await outcome_of(other.join()));
      outcomes.push_back(co_await outcome_of(other));
      std::string checked = "ok";
      try {
        weft::this_task::check();
      } catch (const weft::cancelled& e) {
        checked = "cancelled: " + e.reason();
      }
      outcomes.push_back(checked);
      // No wait: awaiting a coroutine that does not wait itself.
      const int value = co_await give(3);
      CHECK(value == 3);
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await weft::yield();
    co_await child.kill_join("stop");
    CHECK(outcomes == std::vector<std::string>(6, "cancelled: stop"));
    CHECK(child.killed());
  });
}

TEST_CASE("kill: catch (const std::exception&) does not swallow it") {
  run_simulated_test([]() -> task<> {
    int rounds = 0;
    auto body = [&]() -> task<> {
      for (;;) {
        try {
          ++rounds;
          co_await weft::sleep(1h);
        } catch (const std::exception&) {
          FAIL_CHECK("cancelled is no std::exception");
        }
      }
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(child.killed());
    CHECK(rounds == 1);
  });
}

TEST_CASE("kill: what the task fails with while it ends is its error, and it has failed") {
  run_simulated_test([]() -> task<> {
    auto body = []() -> task<> {
      try {
        co_await weft::sleep(1h);
      } catch (const weft::cancelled&) {
        throw std::runtime_error("cleanup failed");
      }
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await child.kill_join();
    CHECK(child.failed());
    CHECK_FALSE(child.killed());
    CHECK(weft::describe(child.error()) == "cleanup failed");
  });
}

TEST_CASE("kill: of an ended task does nothing, and only the first reason counts") {
  run_simulated_test([]() -> task<> {
    auto ended = weft::spawn(give<int>, 5);
    co_await ended.join();
    ended.kill("too late");
    const int value = co_await ended;
    CHECK(value == 5);
    auto sleeper = []() -> task<> { co_await weft::sleep(1h); };
    auto child = weft::spawn(sleeper);
    co_await weft::yield();
    child.kill("first");
    child.kill("second");
    co_await child.join();
    CHECK(weft::describe(child.error()) == "cancelled: first");
  });
}

TEST_CASE("kill: every coroutine of the task unwinds, and callable and arguments go with it") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    auto inner = [&](tracker) -> task<> {
      const tracker local(alive);
      co_await weft::sleep(1h);
    };
    auto outer = [&, mark = tracker(alive)]() -> task<> {
      const tracker local(alive);
      co_await inner(tracker(alive));
    };
    {
      auto child = weft::spawn(outer);
      co_await weft::yield();
      CHECK(alive >= 5);
      co_await child.kill_join();
      CHECK(child.killed());
    }
    CHECK(alive == 1);
  });
}

TEST_CASE("kill: a task that waits for a killed one is itself no kill, only an exception") {
  run_simulated_test([]() -> task<> {
    auto sleeper = []() -> task<int> {
      co_await weft::sleep(1h);
      co_return 1;
    };
    auto victim = weft::spawn(sleeper);
    std::string seen;
    auto wait = [&]() -> task<> {
      seen = co_await outcome_of(victim);
      co_await weft::yield();
    };
    auto waiter = weft::spawn(wait);
    co_await weft::yield();
    victim.kill("victim");
    co_await waiter;
    CHECK(waiter.ok());
    CHECK(seen == "cancelled: victim");
  });
}

TEST_CASE("kill: a join that ended in the same turn counts, and the kill is thrown by the next wait") {
  run_simulated_test([]() -> task<> {
    handle<> waiter;
    auto target_body = [&]() -> task<int> {
      co_await weft::yield();
      co_return 8;
    };
    auto target = weft::spawn(target_body);
    int seen = 0;
    std::string next;
    auto wait = [&]() -> task<> {
      seen = co_await target;
      next = co_await outcome_of(weft::yield());
    };
    waiter = weft::spawn(wait);
    target.on_done([&](const handle<int>&) { waiter.kill("just after"); });
    co_await waiter.join();
    CHECK(seen == 8);
    CHECK(next == "cancelled: just after");
    CHECK(waiter.killed());
  });
}

TEST_CASE("kill: a destructor that throws inside itself and kills others while a kill unwinds does no harm") {
  run_simulated_test([]() -> task<> {
    struct cleaner {
      handle<> other;
      ~cleaner() {
        try {
          other.kill("by a destructor");
          throw std::runtime_error("inner");
        } catch (const std::runtime_error&) {
        }
      }
    };
    auto sleeper = []() -> task<> { co_await weft::sleep(1h); };
    auto other = weft::spawn(sleeper);
    auto body = [&]() -> task<> {
      const cleaner local{other};
      co_await weft::sleep(1h);
    };
    auto child = weft::spawn(body);
    co_await weft::yield();
    co_await child.kill_join("outer");
    co_await other.join();
    CHECK(weft::describe(child.error()) == "cancelled: outer");
    CHECK(weft::describe(other.error()) == "cancelled: by a destructor");
  });
}

}  // namespace

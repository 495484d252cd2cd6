#include <weft/core/run.hpp>

#include "report_text.hpp"
#include "support.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/this_task.hpp>
#include <weft/core/timeout.hpp>

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

task<> sleep_long() { co_await weft::sleep(24h); }
task<> sleep_for_ever() { co_await weft::sleep(weft::duration::max()); }

TEST_CASE("run: the exit code is what main gave, or 0") {
  CHECK(weft::run(nothing) == 0);
  CHECK(weft::run(give<int>, 7) == 7);
  CHECK(weft::run(give<int>, 0) == 0);
  auto add = [](int a, std::unique_ptr<int> b) -> task<int> {
    co_await weft::yield();
    co_return a + *b;
  };
  CHECK(weft::run(add, 1, std::make_unique<int>(2)) == 3);
}

TEST_CASE("run: main has the name that the options give it") {
  std::string name;
  auto body = [&]() -> task<> {
    name = weft::this_task::name();
    co_return;
  };
  weft::run(body);
  CHECK(name == "main");
  weft::run_options options;
  options.name = "server";
  weft::run(options, body);
  CHECK(name == "server");
}

TEST_CASE("run: a failure of main is reported once and gives 1") {
  const auto result = run_recorded([]() -> task<> {
    co_await weft::yield();
    throw std::runtime_error("boom");
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"main: boom"});
  const auto not_std = run_recorded([]() -> task<> {
    throw 42;
    co_return;
  });
  CHECK(not_std.code == 1);
  CHECK(not_std.unhandled == std::vector<std::string>{"main: unknown exception"});
  const auto no_coroutine = run_recorded([]() -> task<int> { throw std::runtime_error("no coroutine"); });
  CHECK(no_coroutine.code == 1);
  CHECK(no_coroutine.unhandled == std::vector<std::string>{"main: no coroutine"});
}

TEST_CASE("run: a failure that no one looked at is reported once, with the name of its task, and gives 1") {
  const auto result = run_recorded([]() -> task<int> {
    const auto options = weft::spawn_options{.name = "lost"};
    {
      auto dropped = weft::spawn(options, fail_with, "dropped");
    }
    auto kept = weft::spawn(options, fail_with, "kept in a local of main");
    co_await weft::yield();
    CHECK(kept.failed());
    co_return 0;
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"lost: dropped", "lost: kept in a local of main"});
}

TEST_CASE("run: a failure that someone looked at is not reported") {
  const auto result = run_recorded([]() -> task<> {
    auto awaited = weft::spawn(fail_with, "awaited");
    static_cast<void>(co_await outcome_of(awaited));
    auto joined = weft::spawn(fail_with, "joined");
    co_await joined.join();
    auto looked_at = weft::spawn(fail_with, "looked at");
    co_await weft::yield();
    CHECK(looked_at.error() != nullptr);
    std::vector<weft::handle<>> handles{weft::spawn(fail_with, "in a range")};
    weft::join_options options;
    options.raise_error = false;
    co_await weft::joinall(handles, options);
  });
  CHECK(result.unhandled.empty());
  CHECK(result.code == 0);
}

TEST_CASE("run: killed tasks are no failures") {
  const auto result = run_recorded([]() -> task<> {
    auto child = weft::spawn(sleep_long);
    co_await weft::yield();
    child.kill();
    co_await weft::yield();
    co_await weft::yield();
  });
  CHECK(result.unhandled.empty());
  CHECK(result.code == 0);
}

TEST_CASE("run: without a hook failures are logged, and a hook that throws does no harm") {
  CHECK(weft::run(fail_with, "for the log") == 1);
  weft::run_options options;
  options.on_unhandled = [](std::string_view, const std::exception_ptr&) {
    throw std::runtime_error("the hook failed");
  };
  CHECK(weft::run(options, fail_with, "for the hook") == 1);
  options.on_unhandled = [](std::string_view, const std::exception_ptr&) { throw 1; };
  CHECK(weft::run(options, fail_with, "for the hook") == 1);
}

TEST_CASE("run: the tasks that are left when main ends are killed and waited for") {
  std::vector<std::string> log;
  auto child = [&](std::string name) -> task<> {
    std::exception_ptr kill;
    try {
      co_await weft::sleep(24h);
    } catch (const weft::cancelled& e) {
      log.push_back(name + ": " + e.reason());
      kill = std::current_exception();
    }
    std::rethrow_exception(kill);
  };
  auto body = [&](int turns) -> task<> {
    auto first = weft::spawn(child, "first");
    auto second = weft::spawn(child, "second");
    for (int i = 0; i < turns; ++i) co_await weft::yield();
    log.push_back("main ends");
  };
  for (const int turns : {0, 1, 1000}) {
    log.clear();
    CHECK(weft::run(body, turns) == 0);
    CHECK(log ==
          std::vector<std::string>{"main ends", "first: the main task has ended", "second: the main task has ended"});
  }
}

TEST_CASE("run: a task that a dying one spawns is ended before it begins") {
  bool began = false;
  auto late = [&]() -> task<> {
    began = true;
    co_await weft::sleep(24h);
  };
  auto child = [&]() -> task<> {
    std::exception_ptr kill;
    try {
      co_await weft::sleep(24h);
    } catch (const weft::cancelled&) {
      weft::spawn(late);
      kill = std::current_exception();
    }
    std::rethrow_exception(kill);
  };
  auto body = [&]() -> task<> {
    weft::spawn(child);
    co_await weft::yield();
  };
  CHECK(weft::run(body) == 0);
  CHECK_FALSE(began);
}

TEST_CASE("run: what fails while it is being ended is reported") {
  const auto result = run_recorded([]() -> task<> {
    auto child = []() -> task<> {
      try {
        co_await weft::sleep(24h);
      } catch (const weft::cancelled&) {
        throw std::runtime_error("failed while dying");
      }
    };
    const auto options = weft::spawn_options{.name = "child"};
    static_cast<void>(weft::spawn(options, child));
    co_await weft::yield();
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"child: failed while dying"});
}

TEST_CASE("run: frames and arguments of tasks that never ran are freed") {
  int alive = 0;
  auto child = [](tracker) -> task<> { co_return; };
  auto body = [&]() -> task<> {
    for (int i = 0; i < 10; ++i) static_cast<void>(weft::spawn(child, tracker(alive)));
    co_return;
  };
  CHECK(weft::run(body) == 0);
  CHECK(alive == 0);
}

TEST_CASE("run: inside of run() it is refused, and the outer one goes on") {
  run_simulated_test([]() -> task<> {
    bool refused = false;
    try {
      weft::run(nothing);
    } catch (const std::logic_error&) {
      refused = true;
    }
    CHECK(refused);
    co_await weft::sleep(1us);
    auto child = weft::spawn(give<int>, 1);
    const int value = co_await child;
    CHECK(value == 1);
  });
}

TEST_CASE("run: one after the other, and on another thread meanwhile") {
  for (int i = 0; i < 3; ++i) CHECK(weft::run(give<int>, i) == i);
  run_test([]() -> task<> {
    int code = -1;
    std::thread([&] { code = weft::run(give<int>, 5); }).join();
    CHECK(code == 5);
    co_await weft::yield();
  });
}

TEST_CASE("run: a main that waits for what cannot come is reported as a deadlock and ended") {
  std::string main_saw;
  auto body = [&]() -> task<> {
    weft::handle<> a;
    weft::handle<> b;
    auto wait_a = [&]() -> task<> { co_await a.join(); };
    auto wait_b = [&]() -> task<> { co_await b.join(); };
    b = weft::spawn(wait_a);
    a = weft::spawn(wait_b);
    main_saw = co_await outcome_of(a.join());
  };
  CHECK(weft::run(body) == 1);
  CHECK(main_saw == "cancelled: deadlock");
}

TEST_CASE("run: a deadlock is told to who asks for it, with every task and what it waits for") {
  std::string told;
  auto options = weft::run_options();
  options.on_deadlock = [&](std::string_view tasks) { told = tasks; };
  auto body = []() -> task<> {
    weft::handle<> second;
    auto wait_for_second = [&]() -> task<> { co_await second.join(); };
    auto first = weft::spawn(wait_for_second);
    auto wait_for_first = [&]() -> task<> { co_await first.join(); };
    second = weft::spawn(wait_for_first);
    co_await first.join();
  };
  CHECK(weft::run(options, body) == 1);
  told = without_times(told);
  CHECK(told.starts_with("3 tasks\n#1 main waits for join, on #2"));
  CHECK(told.find("these wait for each other") != std::string::npos);
}

TEST_CASE("run: a deadlock ends the tasks before the main task, whose locals they may use") {
  std::vector<std::string> log;
  auto body = [&]() -> task<> {
    const weft::scope_exit gone([&] { log.emplace_back("main's locals"); });
    weft::handle<> a;
    weft::handle<> b;
    auto wait = [&](weft::handle<>& other, std::string name) -> task<> {
      const weft::scope_exit ended([&] { log.push_back(name); });
      co_await other.join();
    };
    a = weft::spawn(wait, std::ref(b), "a");
    b = weft::spawn(wait, std::ref(a), "b");
    co_await a.join();
  };
  CHECK(weft::run(body) == 1);
  CHECK(log == std::vector<std::string>{"b", "a", "main's locals"});
}

TEST_CASE("run: a deadline that was taken back does not hide a deadlock") {
  auto body = []() -> task<> {
    auto work = []() -> task<> { co_await weft::sleep(1us); };
    co_await weft::timeout(24h, work);
    weft::handle<> a;
    weft::handle<> b;
    auto wait_a = [&]() -> task<> { co_await a.join(); };
    auto wait_b = [&]() -> task<> { co_await b.join(); };
    a = weft::spawn(wait_b);
    b = weft::spawn(wait_a);
    co_await a.join();
  };
  CHECK(weft::run(simulated_clock(), body) == 1);
}

TEST_CASE("run: a sleep without end is no deadlock") {
  auto body = []() -> task<> {
    auto sleeper = weft::spawn(sleep_for_ever);
    std::thread([&home = weft::this_loop(), sleeper = &sleeper] {
      home.post([sleeper] { sleeper->kill(); });
    }).detach();
    co_await sleeper.join();
  };
  CHECK(weft::run(body) == 0);
}

TEST_CASE("run: a main that is killed without a signal gives 1") {
  auto body = []() -> task<> {
    auto victim = weft::spawn(sleep_long);
    victim.kill("victim");
    co_await victim;
  };
  CHECK(weft::run(body) == 1);
}

TEST_CASE("run: what a foreign handler of the io_context throws is reported, and the loop goes on") {
  bool went_on = false;
  const auto result = run_recorded(
      [&]() -> task<> {
        boost::asio::post(weft::this_loop().get_executor(), [] { throw std::runtime_error("handler failed"); });
        co_await weft::sleep(1ms);
        went_on = true;
      },
      simulated_clock());
  CHECK(went_on);
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"handler: handler failed"});
}

}  // namespace

#include <weft/core/run.hpp>

#include "support.hpp"

#include <weft/core/shield.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

/// Runs `f()` in a process of its own and gives its exit code. What it leaks there is its own affair.
template <class F>
int exit_code_of(F f) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(f());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST_CASE("run: SIGINT, SIGTERM and SIGHUP kill the main task, and give 130, 143 and 129") {
  const std::vector<std::pair<int, std::string>> signals{{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}};
  for (const auto& [number, name] : signals) {
    std::string seen;
    auto body = [&, signal = number]() -> task<> {
      std::raise(signal);
      seen = co_await outcome_of(weft::sleep(24h));
      co_await weft::yield();
    };
    CHECK(weft::run(body) == 128 + number);
    CHECK(seen == "cancelled: " + name);
  }
}

TEST_CASE("run: a SIGHUP that is ignored stays ignored, and one behind another signal ends nothing at once") {
  const int ignored = exit_code_of([] {
    std::signal(SIGHUP, SIG_IGN);
    auto body = []() -> task<int> {
      std::raise(SIGHUP);
      co_await weft::sleep(1ms);
      co_return 7;
    };
    return weft::run(simulated_clock(), body);
  });
  CHECK(ignored == 7);
  const int repeated = exit_code_of([] {
    bool cleaned = false;
    auto cleanup = [&]() -> task<> {
      std::raise(SIGHUP);
      co_await weft::sleep(1ms);
      cleaned = true;
    };
    auto body = [&]() -> task<> {
      std::raise(SIGHUP);
      static_cast<void>(co_await outcome_of(weft::sleep(24h)));
      co_await weft::shield(24h, cleanup);
    };
    const int code = weft::run(simulated_clock(), body);
    return cleaned ? code : 1;
  });
  CHECK(repeated == 129);
}

TEST_CASE("run: a signal while the loop is busy is seen too, and the other tasks are ended behind main") {
  std::vector<std::string> ended;
  auto body = [&]() -> task<> {
    auto busy = [&]() -> task<> {
      std::string outcome;
      while (outcome != "cancelled: the main task has ended") outcome = co_await outcome_of(weft::yield());
      ended.push_back("busy");
    };
    static_cast<void>(weft::spawn(busy));
    co_await weft::yield();
    std::raise(SIGTERM);
    static_cast<void>(co_await outcome_of(weft::sleep(24h)));
    ended.push_back("main");
  };
  CHECK(weft::run(body) == 143);
  CHECK(ended == std::vector<std::string>{"main", "busy"});
}

TEST_CASE("run: a signal keeps its exit code when main fails or gives another one") {
  auto fails = []() -> task<> {
    std::raise(SIGINT);
    static_cast<void>(co_await outcome_of(weft::sleep(24h)));
    throw std::runtime_error("failed while ending");
  };
  std::vector<std::string> unhandled;
  weft::run_options options;
  options.on_unhandled = [&](std::string_view name, const std::exception_ptr& error) {
    unhandled.push_back(std::string(name) + ": " + weft::describe(error));
  };
  CHECK(weft::run(options, fails) == 130);
  CHECK(unhandled == std::vector<std::string>{"main: failed while ending"});
  auto gives = []() -> task<int> {
    std::raise(SIGINT);
    static_cast<void>(co_await outcome_of(weft::sleep(24h)));
    co_return 3;
  };
  CHECK(weft::run(gives) == 130);
}

TEST_CASE("run: signals are left alone again when it has ended") {
  CHECK(weft::run(nothing) == 0);
  const int code = exit_code_of([] {
    weft::run(nothing);
    std::raise(SIGTERM);
    return 0;
  });
  CHECK(code == 1000 + SIGTERM);
}

TEST_CASE("run: a second signal ends the process at once") {
  const int code = exit_code_of([] {
    auto cleanup = []() -> task<> {
      std::raise(SIGINT);
      co_await weft::sleep(24h);
    };
    auto body = [&]() -> task<> {
      std::raise(SIGINT);
      static_cast<void>(co_await outcome_of(weft::sleep(24h)));
      co_await weft::shield(24h, cleanup);
    };
    weft::run(body);
    return 1;
  });
  CHECK(code == 130);
}

TEST_CASE("run: a second signal ends the process also while the loop is held") {
  for (const int number : {SIGINT, SIGTERM}) {
    const int code = exit_code_of([number] {
      auto body = [number]() -> task<> {
        std::raise(SIGINT);
        std::raise(number);
        co_return;
      };
      weft::run(body);
      return 1;
    });
    CHECK(code == 128 + number);
  }
}

TEST_CASE("run: a program's own SIGHUP is no first signal, and each run counts anew") {
  const int code = exit_code_of([] {
    static int hangups = 0;
    std::signal(SIGHUP, [](int) { ++hangups; });
    bool cleaned = false;
    auto body = [&]() -> task<> {
      std::raise(SIGHUP);
      std::raise(SIGINT);
      static_cast<void>(co_await outcome_of(weft::sleep(24h)));
      cleaned = true;
    };
    if (weft::run(body) != 130 || !cleaned || hangups != 1) return 1;
    cleaned = false;
    return weft::run(body) == 130 && cleaned ? 0 : 2;
  });
  CHECK(code == 0);
}

TEST_CASE("run: tasks that do not end within the grace are left behind") {
  const int after_main = exit_code_of([] {
    weft::run_options options;
    options.shutdown_grace = 5ms;  // of the real clock, whatever that of the tasks
    auto work = []() -> task<> { co_await weft::sleep(24h); };
    auto child = [&]() -> task<> { co_await weft::shield(24h, work); };
    auto body = [&]() -> task<> {
      static_cast<void>(weft::spawn(child));
      co_await weft::yield();
    };
    return weft::run(options, body);
  });
  CHECK(after_main == 1);
  const int after_signal = exit_code_of([] {
    weft::run_options options;
    options.shutdown_grace = 5ms;  // of the real clock, whatever that of the tasks
    auto work = []() -> task<> { co_await weft::sleep(24h); };
    auto body = [&]() -> task<> {
      std::raise(SIGTERM);
      co_await weft::shield(24h, work);
    };
    const int code = weft::run(options, body);
    // The thread can run another loop.
    return weft::run(nothing) == 0 ? code : 99;
  });
  CHECK(after_signal == 143);
}

}  // namespace

#include <weft/mt/spawn_on.hpp>

#include "support.hpp"

#include <weft/sync/event.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace mt_test;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_TEST_UNDER_TSAN
#endif
#endif

// A process that has been forked from several threads must not start threads under the thread sanitizer.
#if !defined(NDEBUG) && !defined(WEFT_TEST_UNDER_TSAN)

/// The signal that ends a process of its own that runs `body`; 0: it ends by itself.
template <class F>
int signal_that_ends(F body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int silent = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(silent, STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL);
    body();
    std::_Exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("debug builds: an object of one loop that another thread uses ends the program") {
  CHECK(signal_that_ends([] {
          run_test_on(1, []() -> task<> {
            weft::event local;
            auto wait = [&]() -> task<> { co_await local.wait(); };
            weft::spawn(wait);
            co_await weft::yield();
            std::thread([&] { local.set(); }).join();
          });
        }) == SIGABRT);
  CHECK(signal_that_ends([] {
          run_test_on(2, []() -> task<> {
            auto victim = weft::spawn(never);
            auto kill = [&]() -> task<> {
              victim.kill();
              co_return;
            };
            co_await weft::spawn_on(1, kill);
          });
        }) == SIGABRT);
}

#endif

TEST_CASE("an object of one loop may be used by the tasks of that loop, whichever it is") {
  run_test_on(2, []() -> task<> {
    auto there = []() -> task<int> {
      weft::event local;
      auto wait = [&]() -> task<int> {
        co_await local.wait();
        co_return 3;
      };
      auto child = weft::spawn(wait);
      co_await weft::yield();
      local.set();
      co_return co_await child;
    };
    const int value = co_await weft::spawn_on(1, there);
    CHECK(value == 3);
  });
}

}  // namespace

#include <weft/core/run.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/core/offload.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <chrono>
#include <csignal>
#include <thread>

namespace {

using namespace std::chrono_literals;

TEST_CASE("run: a signal sent by another thread kills the main task once and gives its exit code") {
  bool cancelled = false;
  auto main_task = [&]() -> weft::task<> {
    std::jthread sender;
    auto busy = []() -> weft::task<> {
      for (;;) co_await weft::sleep(100us);
    };
    auto other = weft::spawn(busy);
    sender = std::jthread([] { kill(getpid(), SIGTERM); });
    try {
      co_await weft::sleep(60s);
    } catch (const weft::cancelled&) {
      cancelled = true;
      throw;
    }
  };
  CHECK(weft::run(main_task) == 128 + SIGTERM);
  CHECK(cancelled);
}

TEST_CASE("run: a signal while threads work for the loop waits for what they use") {
  int written = 0;
  auto main_task = [&]() -> weft::task<> {
    weft::offload pool(weft::offload_options{.threads = 2});
    for (;;) {
      auto work = [&] {
        if (++written == 50) kill(getpid(), SIGINT);
      };
      co_await pool.run(work);
    }
  };
  CHECK(weft::run(main_task) == 128 + SIGINT);
  CHECK(written >= 50);
}

}  // namespace

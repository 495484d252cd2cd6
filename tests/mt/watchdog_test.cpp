#include <weft/core/watchdog.hpp>

#include "support.hpp"

#include "core/captured_log.hpp"

#include <weft/core/run.hpp>
#include <weft/mt/spawn_on.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace mt_test;
using weft::task;

/// What the log says while loop 0 waits for as long as the watchdog needs to name who holds loop 1.
std::string log_of_a_held_loop() {
  const captured_log log;
  auto options = weft::run_options();
  options.watchdog = 5ms;
  options.threads = 2;
  auto body = [&]() -> task<> {
    auto hog = [&]() -> task<> {
      while (log.text().find("has been held") == std::string::npos) {
      }
      co_return;
    };
    co_await weft::spawn_on(1, hog);
  };
  CHECK(weft::run(options, body) == 0);
  return log.text();
}

TEST_CASE("watchdog: a loop that waits is no loop that is held") {
  std::string text = log_of_a_held_loop();
  // On a busy machine main may lose the processor on its way there, which is told rightly.
  for (int i = 0; i < 10 && text.find("#1 main") != std::string::npos; ++i) text = log_of_a_held_loop();
  CHECK(text.find("has been held") == text.rfind("has been held"));
  CHECK(text.find("#1 main") == std::string::npos);
}

}  // namespace

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

TEST_CASE("watchdog: a loop that waits is no loop that is held") {
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
    // Loop 0 waits for as long as the watchdog needs to name who holds loop 1.
    co_await weft::spawn_on(1, hog);
  };
  CHECK(weft::run(options, body) == 0);
  const std::string text = log.text();
  CHECK(text.find("has been held") == text.rfind("has been held"));
  CHECK(text.find("#1 main") == std::string::npos);
}

}  // namespace

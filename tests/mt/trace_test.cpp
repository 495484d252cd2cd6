#include <weft/core/trace.hpp>

#include <weft/mt/spawn_on.hpp>

#include "support.hpp"

#include <weft/core/this_task.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

using namespace mt_test;

struct step {
  double began = 0;
  double length = 0;
};

/// The longest step of a task.
step longest_step(const boost::json::array& events, std::uint64_t task) {
  step longest;
  for (const auto& event : events) {
    if (event.at("name").as_string() != "run" || event.at("tid").to_number<std::uint64_t>() != task) continue;
    const step one{event.at("ts").to_number<double>(), event.at("dur").to_number<double>()};
    if (one.length > longest.length) longest = one;
  }
  return longest;
}

TEST_CASE("trace: of several loops has the times of each") {
  char name[] = "/tmp/weft-trace-XXXXXX";
  ::close(::mkstemp(name));
  auto options = weft::run_options();
  options.threads = 2;
  options.trace = name;
  std::uint64_t outer = 0;
  std::uint64_t inner = 0;
  auto body = [&]() -> task<> {
    auto short_one = [&]() -> task<> {
      inner = weft::this_task::id();
      co_return;
    };
    auto long_one = [&]() -> task<> {
      outer = weft::this_task::id();
      // One step, within which the other loop does one of its own.
      const auto other = weft::spawn_on(1, short_one);
      while (!other.ready()) std::this_thread::yield();
      co_return;
    };
    co_await weft::spawn(long_one);
  };
  CHECK(weft::run(options, body) == 0);
  std::ifstream file(name);
  const auto all = boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  std::filesystem::remove(name);
  const auto& events = all.at("traceEvents").as_array();
  const step around = longest_step(events, outer);
  const step within = longest_step(events, inner);
  CHECK(around.began <= within.began);
  CHECK(around.began + around.length >= within.began);
}

}  // namespace

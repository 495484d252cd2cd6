#pragma once

#include <weft/core/run.hpp>

#include "core/support.hpp"

#include <cstddef>
#include <utility>

// What the tests of several loops share.
namespace mt_test {

using namespace core_test;
using weft::task;

/// Runs `body()` as the main task of `threads` loops; gives the exit code and the failures that no one looked at.
template <class F>
recorded_run run_loops(std::size_t threads, F body) {
  recorded_run result;
  weft::run_options options;
  options.threads = threads;
  options.on_unhandled = [&](std::string_view task, const std::exception_ptr& error) {
    result.unhandled.push_back(std::string(task) + ": " + weft::describe(error));
  };
  result.code = weft::run(std::move(options), std::move(body));
  return result;
}

/// The same; it has to end well.
template <class F>
void run_test_on(std::size_t threads, F body) {
  const auto result = run_loops(threads, std::move(body));
  if (!result.unhandled.empty()) throw std::runtime_error(result.unhandled.front());
  if (result.code != 0) throw std::runtime_error("run() gave " + std::to_string(result.code));
}

inline task<> never() { co_await weft::sleep(weft::duration::max()); }

}  // namespace mt_test

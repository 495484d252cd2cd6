#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/run.hpp>
#include <weft/core/task.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::testkit {

/// Runs `body(args...)` as the main task of a loop of its own and rethrows what it throws, so that it fails the test
/// around it.
///
/// Returns when the body and everything it left behind has ended. Works with any test framework.
/// Errors: also std::runtime_error when a task failed that no one looked at, or the body was killed.
template <class F, class... Args>
void run(F body, Args... args) {
  std::exception_ptr failure;
  auto guarded = [&failure, &body](Args... inner) -> task<> {
    try {
      co_await body(std::move(inner)...);
    } catch (const cancelled&) {
      throw;
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const int code = weft::run(guarded, std::move(args)...);
  if (failure) std::rethrow_exception(failure);
  if (code != 0) throw std::runtime_error("the test's loop ended with exit code " + std::to_string(code));
}

}  // namespace weft::testkit

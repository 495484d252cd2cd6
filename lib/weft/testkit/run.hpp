#pragma once

#include <weft/core/run.hpp>
#include <weft/core/task.hpp>

#include <exception>
#include <utility>

namespace weft::testkit {

/// Runs `body` as the main task of a loop of its own and rethrows what it throws, so that it fails the test around it.
///
/// Returns when the body and everything it left behind has ended. Works with any test framework.
template <class F, class... Args>
void run(F body, Args... args) {
  std::exception_ptr failure;
  auto main = [&failure, &body](Args... inner) -> task<> {
    try {
      co_await body(std::move(inner)...);
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
  };
  weft::run(main, std::move(args)...);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace weft::testkit

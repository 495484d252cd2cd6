#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/instrument.hpp>
#include <weft/core/run.hpp>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::testkit {

/// What becomes of a test whose body has spawned tasks that have not ended, nor been killed, when it ends.
enum class leak_policy { fail, allow };

struct test_options {
  /// Simulated: no time passes but what the tasks wait for, and that passes at once.
  clock_mode clock = clock_mode::simulated;
  /// Shuffles the order in which ready tasks run; see for_each_seed().
  std::optional<std::uint64_t> seed = {};
  leak_policy leaks = leak_policy::fail;
  /// How far the simulated clock may go, and how often it may jump to the next deadline: a test that needs more is stuck
  /// beside tasks that tick on, and fails. None: for ever.
  std::optional<duration> time_limit = std::chrono::years(10);
  std::optional<std::uint64_t> jump_limit = 10'000'000;
};

namespace detail {

/// How the run of a test ended.
struct verdict {
  std::exception_ptr failure;  ///< what the body threw
  std::string problems;        ///< what else is wrong, for people; empty: nothing

  /// Throws the failure, or else the problems as test_failure.
  void check() const;
};

/// Runs `body` in a task "test" of a loop of its own. `hooks` may be null.
[[nodiscard]] verdict judge(const test_options& options, const std::function<task<>()>& body,
                            std::shared_ptr<instrument> hooks = nullptr);

}  // namespace detail

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

/// Runs `body(args...)` as a test: by default under a simulated clock, and leaving no task behind. `{}` are the default
/// options.
///
///     testkit::run(body, {.seed = 7});
///
/// Errors: what the body throws; test_failure when tasks are left, nothing can wake the body, its time is over, a task failed that no one
/// looked at, or the body was cancelled.
template <class F, class... Args>
void run(F body, test_options options, Args... args) {
  const auto call = [&]() -> task<> { static_cast<void>(co_await std::invoke(body, std::move(args)...)); };
  detail::judge(options, call).check();
}

}  // namespace weft::testkit

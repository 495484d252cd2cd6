#pragma once

#include <weft/core/deadline.hpp>
#include <weft/core/task.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A deadline_scope that keeps out what cancels the task from further out.
class shield_scope : public deadline_scope {
 public:
  explicit shield_scope(time_limit budget);
  /// Says in the log that the budget was used up, if it was.
  void report() const;

 private:
  duration budget_;
};

}  // namespace detail

/// Runs `f(args...)` so that a kill of the task, or a deadline around it, does not reach it: for cleanup that has to
/// wait. The kill takes effect behind it. When the budget is used up, f is cancelled after all, which is logged.
///
/// Errors: what f throws; cancelled when the budget was used up.
template <class F, class... Args>
std::invoke_result_t<F, Args...> shield(time_limit budget, F f, Args... args) {
  detail::shield_scope scope(budget);
  try {
    co_return co_await std::invoke(std::move(f), std::move(args)...);
  } catch (const cancelled&) {
    scope.report();
    throw;
  }
}

}  // namespace weft

#pragma once

#include <weft/core/cancel_scope.hpp>
#include <weft/core/cancelled.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task.hpp>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

/// Runs `f(args...)` in the calling task and gives its result, unless it takes longer than `limit`: then the work, and
/// every task that its scopes have spawned, is cancelled and has ended when timed_out is thrown.
///
/// `f` and `args` are moved in. Timeouts nest; the outermost one that has passed decides.
/// Errors: what f throws, also when the deadline passes in the same turn; timed_out when the deadline won.
/// Cancellation: of the caller cancels f. Cost: one frame beside that of f, and a deadline in the loop's heap.
template <class F, class... Args>
std::invoke_result_t<F, Args...> timeout(duration limit, F f, Args... args) {
  deadline_scope deadline(deadline_after(limit));
  try {
    co_return co_await std::invoke(std::move(f), std::move(args)...);
  } catch (const cancelled&) {
    if (!deadline.was_hit()) throw;
  }
  throw timed_out();
}

namespace detail {

template <class R>
struct optional_result {
  using type = std::optional<R>;
};
template <>
struct optional_result<void> {
  using type = bool;
};

}  // namespace detail

/// As timeout(), giving nullopt instead of throwing. Where f gives nothing: whether it ended in time.
template <class F, class... Args>
task<typename detail::optional_result<typename std::invoke_result_t<F, Args...>::value_type>::type> move_on_after(
    duration limit, F f, Args... args) {
  using result = typename std::invoke_result_t<F, Args...>::value_type;
  deadline_scope deadline(deadline_after(limit));
  try {
    if constexpr (std::is_void_v<result>) {
      co_await std::invoke(std::move(f), std::move(args)...);
      co_return true;
    } else {
      co_return co_await std::invoke(std::move(f), std::move(args)...);
    }
  } catch (const cancelled&) {
    if (!deadline.was_hit()) throw;
  }
  co_return typename detail::optional_result<result>::type{};
}

}  // namespace weft

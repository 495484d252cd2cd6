#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/deadline.hpp>
#include <weft/core/task.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// f(args...), or f(deadline, args...) for a callable that moves its own deadline.
template <class F, class... Args>
struct timed_call {
  using type = std::invoke_result_t<F, deadline&, Args...>;
  static type start(deadline& limit, F& f, Args&... args) {
    return std::invoke(std::move(f), limit, std::move(args)...);
  }
};
template <class F, class... Args>
  requires std::invocable<F, Args...>
struct timed_call<F, Args...> {
  using type = std::invoke_result_t<F, Args...>;
  static type start(deadline& /*limit*/, F& f, Args&... args) { return std::invoke(std::move(f), std::move(args)...); }
};

}  // namespace detail

/// Runs `f(args...)` in the calling task and gives its result, unless it takes longer than `limit`: then the work, and
/// every task that its scopes have spawned, is cancelled and has ended when timed_out is thrown.
///
/// `f` and `args` are moved in. Timeouts nest; the outermost one that has passed decides. A callable that takes a
/// `deadline&` before its arguments gets the deadline, to move it: `limit.expires_after(30s)`.
/// Errors: what f throws, also when the deadline passes in the same turn; timed_out when the deadline won.
/// Cancellation: of the caller cancels f. Cost: one frame beside that of f, and a deadline in the loop's heap.
template <class F, class... Args>
  requires(!detail::is_task<F>)
typename detail::timed_call<F, Args...>::type timeout(time_limit limit, F f, Args... args) {
  co_await detail::pause_awaiter();
  deadline end(limit);
  try {
    co_return co_await detail::timed_call<F, Args...>::start(end, f, args...);
  } catch (const cancelled&) {
    if (!end.was_hit()) throw;
  }
  throw timed_out();
}

template <class R, class... Args>
void timeout(time_limit, task<R>, Args...) = delete;  // it is made already: write timeout(d, f, x), not f(x)

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
  requires(!detail::is_task<F>)
task<typename detail::optional_result<typename detail::timed_call<F, Args...>::type::value_type>::type> move_on_after(
    time_limit limit, F f, Args... args) {
  using result = typename detail::timed_call<F, Args...>::type::value_type;
  co_await detail::pause_awaiter();
  deadline end(limit);
  try {
    if constexpr (std::is_void_v<result>) {
      co_await detail::timed_call<F, Args...>::start(end, f, args...);
      co_return true;
    } else {
      co_return co_await detail::timed_call<F, Args...>::start(end, f, args...);
    }
  } catch (const cancelled&) {
    if (!end.was_hit()) throw;
  }
  co_return typename detail::optional_result<result>::type{};
}

template <class R, class... Args>
void move_on_after(time_limit, task<R>, Args...) = delete;  // it is made already: write (d, f, x), not f(x)

}  // namespace weft

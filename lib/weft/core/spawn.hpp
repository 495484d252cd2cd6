#pragma once

#include <weft/core/borrowed.hpp>
#include <weft/core/handle.hpp>
#include <weft/core/sleep.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace weft {

struct spawn_options {
  /// Shown in logs and reports. Empty: a number and the type of the callable.
  std::string name;
};

namespace detail {

template <class F, class... Args>
concept returns_task = is_task<std::invoke_result_t<F, Args...>>;

/// Makes the control block of a task and hands it to its owner; it does not run yet.
template <class State, class... Args>
[[gnu::always_inline]] inline state_ptr<State> make_child(child_list& owner, const void* site, Args&&... args) {
  state_ptr<State> state(new State(std::forward<Args>(args)...));
  state->attach(owner, site);
  return state;
}

template <class F, class... Args>
[[gnu::always_inline]] inline auto spawn_on(child_list& owner, const void* site, F&& f, Args&&... args) {
  static_assert(std::is_invocable_v<F, Args...>,
                "spawn(f, args...): f cannot be called with these arguments (they are moved in; for a parameter T& "
                "write borrowed(x))");
  static_assert(returns_task<F, Args...>, "spawn(f, args...): f must return a weft::task");
  using result = typename std::invoke_result_t<F, Args...>::value_type;
  auto state = make_child<spawned<result, F, Args...>>(owner, site, std::forward<F>(f), std::forward<Args>(args)...);
  push_ready(*state);
  return handle<result>(std::move(state));
}

template <class F>
inline constexpr bool is_made_task = is_task<std::remove_cvref_t<F>>;

}  // namespace detail

/// Starts `f(args...)` as a task of its own, beside the caller. It runs first when the caller waits next, never inside
/// this call.
///
/// `f` and `args` are moved into the task and live until it has ended, so that a capturing lambda is safe. What a
/// string_view, a span or a reference refers to may be gone before the task has ended: they are refused, unless wrapped
/// in borrowed(x) (or std::ref). The loop owns the task: run() ends it when the main task has ended. For children
/// that end before a block does, use scope(). Threads: inside of run(). Cost: one allocation from the per-thread free
/// list, and the frame of `f`.
template <class F, class... Args>
  requires(!detail::is_made_task<F> && !std::is_same_v<F, spawn_options>)
[[gnu::noinline]] auto spawn(F f, Args... args) {
  detail::refuse_views<Args...>();
  return detail::spawn_on(this_loop().root(), __builtin_return_address(0), std::move(f), detail::stored(args)...);
}

template <class F, class... Args>
  requires(!detail::is_made_task<F>)
[[gnu::noinline]] auto spawn(spawn_options options, F f, Args... args) {
  detail::refuse_views<Args...>();
  auto started =
      detail::spawn_on(this_loop().root(), __builtin_return_address(0), std::move(f), detail::stored(args)...);
  if (!options.name.empty()) handle_access::state(started).set_name(std::move(options.name));
  return started;
}

/// Refused: the task is made already, and its arguments may be gone before it runs. Write spawn(f, x) instead of
/// spawn(f(x)).
template <class R, class... Args>
void spawn(task<R>, Args...) = delete;  // it is made already: write spawn(f, x) instead of spawn(f(x))
template <class R, class... Args>
void spawn(spawn_options, task<R>, Args...) = delete;  // write spawn(options, f, x) instead of f(x)

namespace detail {

template <class F, class... Args>
std::invoke_result_t<F, Args...> run_later(duration delay, F f, Args... args) {
  co_await sleep(delay);
  co_return co_await std::invoke(std::move(f), std::move(args)...);
}

}  // namespace detail

/// As spawn(), starting after `delay`. Killed before that, `f` never runs.
template <class F, class... Args>
[[gnu::noinline]] auto spawn_later(duration delay, F f, Args... args) {
  detail::refuse_views<Args...>();
  static_assert(detail::returns_task<F, detail::stored_t<Args>...>,
                "spawn_later(delay, f, args...): f must return a weft::task");
  return detail::spawn_on(this_loop().root(), __builtin_return_address(0),
                          &detail::run_later<F, detail::stored_t<Args>...>, std::move(delay), std::move(f),
                          detail::stored(args)...);
}

}  // namespace weft

#pragma once

#include <weft/core/shield.hpp>
#include <weft/core/spawn.hpp>
#include <weft/mt/handle.hpp>
#include <weft/mt/loop_ref.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A task on its way to its loop, and then what is left of it.
template <class R, class F, class... Args>
class shared_spawn final : public shared_result<R>, private parcel {
 public:
  static state_ptr<shared_result<R>> send(const loop_ref& to, std::string name, const void* site, F&& f,
                                          Args&&... args) {
    auto* made = new shared_spawn(to, site, std::move(f), std::move(args)...);
    state_ptr<shared_result<R>> state(made);
    made->name_ = std::move(name);
    made->add_reference();
    to.mailbox()->deliver(*made);
    return state;
  }

 private:
  shared_spawn(const loop_ref& to, const void* site, F&& f, Args&&... args)
      : shared_result<R>(to, site), call_(std::in_place, std::move(f), std::move(args)...) {
    const task_state* spawner = this_scheduler.current;
    if (spawner == nullptr) return;
    parent_ = spawner->id();
    if (const task_value_list* values = spawner->values()) bindings_ = values->bindings();
  }

  void arrive() noexcept override {
    state_ptr<result_state<R>> made;
    try {
      auto make = [this](F& f, Args&... args) {
        return state_ptr<result_state<R>>(make_child<spawned<R, F, Args...>>(this_loop().root(), this->spawn_site(),
                                                                             std::move(f), std::move(args)...));
      };
      made = std::apply(make, *call_);
    } catch (...) {
      call_.reset();
      this->end_unmade(task_status::failed, std::current_exception());
      return;
    }
    call_.reset();
    made->inherit(parent_, std::exchange(bindings_, nullptr));
    this->begin(*made);
    push_ready(*made);
  }
  void bounce() noexcept override {
    call_.reset();
    this->end_unmade(task_status::killed, std::make_exception_ptr(cancelled("the loop has ended")));
  }

  // Until it has arrived.
  std::optional<std::tuple<F, Args...>> call_;
  std::shared_ptr<const context_binding> bindings_;
  std::uint64_t parent_ = 0;
};

template <class F, class... Args>
[[gnu::always_inline]] inline auto spawn_shared(const loop_ref& to, std::string name, const void* site, F&& f,
                                                Args&&... args) {
  static_assert(std::is_invocable_v<F, Args...>,
                "spawn_on(loop, f, args...): f cannot be called with these arguments (they are moved in)");
  static_assert(returns_task<F, Args...>, "spawn_on(loop, f, args...): f must return a weft::task");
  using result = typename std::invoke_result_t<F, Args...>::value_type;
  return mt::handle<result>(
      shared_spawn<result, F, Args...>::send(to, std::move(name), site, std::move(f), std::move(args)...));
}

}  // namespace detail

/// Starts `f(args...)` as a task on another loop, or on this one: `spawn_on(1, f)`, or with a loop_ref.
///
/// `f` and `args` are moved to that loop's thread and live there until the task has ended: share nothing with it but
/// what any thread may use (weft::mt, atomics, what never changes). The loop owns the task: run() ends it when the main
/// task has ended. When the loop has ended already, the handle says killed and `f` never runs.
/// Threads: any; a number means a loop of the caller's run(). Cost: two allocations and a parcel.
template <class F, class... Args>
  requires(!detail::is_made_task<F> && !std::is_same_v<F, spawn_options>)
[[gnu::noinline]] auto spawn_on(loop_ref to, F f, Args... args) {
  detail::refuse_views<Args...>();
  return detail::spawn_shared(to, {}, __builtin_return_address(0), std::move(f), detail::stored(args)...);
}

template <class F, class... Args>
[[gnu::noinline]] auto spawn_on(loop_ref to, spawn_options options, F f, Args... args) {
  detail::refuse_views<Args...>();
  return detail::spawn_shared(to, std::move(options.name), __builtin_return_address(0), std::move(f),
                              detail::stored(args)...);
}

/// Refused: write spawn_on(loop, f, x) instead of spawn_on(loop, f(x)).
template <class R, class... Args>
void spawn_on(loop_ref, task<R>, Args...) = delete;

/// Runs `f(args...)` on another loop and gives what it gives. Cancellation: reaches it; complete when it has ended.
/// Errors: its own; cancelled when it was killed.
template <class F, class... Args>
std::invoke_result_t<F, Args...> run_on(loop_ref to, F f, Args... args) {
  auto remote = detail::spawn_shared(to, {}, nullptr, std::move(f), std::move(args)...);
  std::exception_ptr stopped;
  std::string reason;
  try {
    co_await remote.join();
  } catch (const cancelled& by) {
    stopped = std::current_exception();
    reason = by.reason();
  }
  if (stopped) {
    remote.kill(std::move(reason));
    auto wait = [&remote]() -> task<> { co_await remote.join(); };
    co_await shield(duration::max(), wait);
    std::rethrow_exception(stopped);
  }
  co_return co_await std::move(remote);
}

}  // namespace weft

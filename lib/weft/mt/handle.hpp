#pragma once

#include <weft/core/task.hpp>
#include <weft/core/timeout.hpp>
#include <weft/mt/shared_result.hpp>
#include <weft/mt/shared_waiter.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>
#include <span>
#include <string>
#include <utility>

namespace weft {

namespace detail {

/// Waits, in a task of any loop, until a shared_task has ended.
class shared_join_awaiter : private task_waiter {
 public:
  explicit shared_join_awaiter(state_ptr<shared_task> target) noexcept
      : task_waiter(target->mutex(), target->waiters(), "join of a task on another loop", "",
                    target->is_of_this_run() ? woken_by::loop : woken_by::any_thread),
        target_(std::move(target)) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    target_->require_other_task();
    return target_->ended() && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) {
    if (target_->ended()) return give_way(caller);
    suspend_unless(caller, nullptr, [this] { return target_->ended(); });
  }
  void await_resume() const {
    if (!target_->ended()) current_task().check();
    target_->mark_observed();
  }

 private:
  [[nodiscard]] std::size_t holders(std::span<std::uint64_t> to) const noexcept override {
    if (to.empty() || target_->task_id() == 0) return 0;
    to[0] = target_->task_id();
    return 1;
  }

 protected:
  [[nodiscard]] shared_task& target() const noexcept { return *target_; }

 private:
  state_ptr<shared_task> target_;
};

/// The same, giving the result.
template <class R>
class shared_get_awaiter final : public shared_join_awaiter {
 public:
  using shared_join_awaiter::shared_join_awaiter;
  R await_resume() {
    shared_join_awaiter::await_resume();
    auto& state = static_cast<shared_result<R>&>(target());
    if (state.is_unique()) return state.take();
    return state.get();
  }
};

}  // namespace detail

namespace mt {

/// A task of any loop, seen from any loop or thread: what spawn_on() gives.
///
/// Ownership:    a shared view; dropping it neither detaches nor kills the task.
/// Threads:      any, each with a copy of its own.
/// Cancellation: a killed waiter stops waiting; the task itself goes on.
/// Errors:       a failure that no one has seen when the last handle goes is reported, and makes run() return non-zero;
///               who gave up waiting has not seen it.
/// Cost:         a pointer; waiting allocates nothing.
template <class R = void>
class handle {
 public:
  using value_type = R;

  /// Empty: only assignment, destruction and the conversion to bool are allowed.
  handle() noexcept = default;
  explicit handle(detail::state_ptr<detail::shared_result<R>> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// Waits for the end and gives the value, or rethrows the task's error; throws cancelled when the task was killed, or
  /// its loop had ended before. From a named handle: a copy (a value that cannot be copied: to the first). From a
  /// temporary that is the last handle: the value itself.
  auto operator co_await() const& noexcept { return detail::shared_get_awaiter<R>(state_); }
  auto operator co_await() && noexcept { return detail::shared_get_awaiter<R>(std::move(state_)); }
  /// Waits for the end; never rethrows.
  [[nodiscard]] auto join() const noexcept { return detail::shared_join_awaiter(state_); }
  /// Waits for the end, at most `limit`; gives whether the task has ended.
  [[nodiscard]] task<bool> join_for(duration limit) const {
    auto wait = [](handle self) -> task<> { co_await self.join(); };
    return move_on_after(limit, wait, *this);
  }

  /// co_await and join() for threads. Throw std::logic_error where a loop runs.
  R get_blocking() const {
    state_->wait_blocking();
    return state_->get();
  }
  void join_blocking() const { state_->wait_blocking(); }

  /// Whether the task has ended. ok, failed, killed: how; false before the end.
  [[nodiscard]] bool ready() const noexcept { return state_->ended(); }
  [[nodiscard]] bool ok() const noexcept { return state_->status() == detail::task_status::ok; }
  [[nodiscard]] bool failed() const noexcept { return state_->status() == detail::task_status::failed; }
  [[nodiscard]] bool killed() const noexcept { return state_->status() == detail::task_status::killed; }
  /// What an ended task threw; null when it ended well. Looking counts as having seen to a failure.
  [[nodiscard]] std::exception_ptr error() const noexcept { return state_->look_at_error(); }

  /// Asks the task to end, soon, on its own loop: see weft::handle::kill().
  void kill(std::string reason = {}, std::source_location where = std::source_location::current()) const {
    state_->kill(std::move(reason), where);
  }
  /// Asks, and waits for the end.
  [[nodiscard]] auto kill_join(std::string reason = {},
                               std::source_location where = std::source_location::current()) const {
    kill(std::move(reason), where);
    return join();
  }

 private:
  detail::state_ptr<detail::shared_result<R>> state_;
};

}  // namespace mt

}  // namespace weft

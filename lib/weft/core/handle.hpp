#pragma once

#include <weft/core/cancel_scope.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/result_state.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <source_location>
#include <string>
#include <utility>

namespace weft {

template <class R = void>
class handle;

namespace detail {

/// A task that joined itself would wait for ever: throws std::logic_error.
[[noreturn]] void throw_self_join();

/// Waits until a task has ended.
class join_awaiter : private waiter, private completion_listener {
 public:
  explicit join_awaiter(task_state& target) noexcept : target_(&target) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    if (target_ == &current_task()) throw_self_join();
    return target_->ended() && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept {
    if (target_->ended()) {
      push_ready(suspend_current(caller, nullptr));
      return;
    }
    task_ = &suspend_current(caller, this);
    target_->add_listener(*this);
  }
  void await_resume() const {
    if (target_ == nullptr) current_task().check();
  }

 private:
  void abort() noexcept override {
    std::exchange(target_, nullptr)->remove_listener(*this);
    wake(*task_);
  }
  [[nodiscard]] const char* what() const noexcept override { return "join"; }
  [[nodiscard]] const task_state* holder() const noexcept override { return target_; }
  void completed(task_state& /*ended*/) noexcept override { wake(*task_); }

  task_state* target_;
  task_state* task_ = nullptr;
};

/// Waits until a task has ended and gives its result. Keeps the task alive.
template <class R>
class get_awaiter {
 public:
  explicit get_awaiter(state_ptr<result_state<R>> state) noexcept : state_(std::move(state)), join_(*state_) {}

  [[nodiscard]] bool await_ready() const { return join_.await_ready(); }
  void await_suspend(std::coroutine_handle<> caller) noexcept { join_.await_suspend(caller); }
  R await_resume() {
    join_.await_resume();
    if (state_->is_unique()) return state_->take();
    return state_->get();
  }

 private:
  state_ptr<result_state<R>> state_;
  join_awaiter join_;
};

/// join(), keeping the task alive while it waits.
class owning_join_awaiter {
 public:
  explicit owning_join_awaiter(state_ptr<task_state> state) noexcept : state_(std::move(state)), join_(*state_) {}
  [[nodiscard]] bool await_ready() const { return join_.await_ready(); }
  void await_suspend(std::coroutine_handle<> caller) noexcept { join_.await_suspend(caller); }
  void await_resume() const {
    join_.await_resume();
    state_->mark_observed();
  }

 private:
  state_ptr<task_state> state_;
  join_awaiter join_;
};

task<bool> join_for(state_ptr<task_state> state, duration limit);

}  // namespace detail

/// A spawned task, seen from outside: to wait for it, to take its result, to end it.
///
/// Ownership:    a shared view. Dropping it neither detaches nor kills the task: its group, or the loop, owns the task.
/// Threads:      the loop that runs the task.
/// Cancellation: a killed waiter stops waiting; the task itself goes on.
/// Errors:       a failure that no one has seen when the last handle goes is reported, and makes run() return non-zero.
///               Who has waited to the end, or has asked for the error, has seen it; who gave up waiting has not.
/// Cost:         a pointer. Waiting allocates nothing.
template <class R>
class handle {
 public:
  using value_type = R;

  /// Empty: only assignment, destruction and the conversion to bool are allowed.
  handle() noexcept = default;
  explicit handle(detail::state_ptr<detail::result_state<R>> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// Waits for the end and gives the value, or rethrows the task's error; throws cancelled when the task was killed.
  /// From a named handle: a copy, any number of times (a value that cannot be copied: to the first). From a temporary:
  /// the value itself.
  auto operator co_await() const& noexcept { return detail::get_awaiter<R>(state_); }
  auto operator co_await() && noexcept { return detail::get_awaiter<R>(std::move(state_)); }

  /// Waits for the end; never rethrows.
  [[nodiscard]] auto join() const noexcept { return detail::owning_join_awaiter(state_); }
  /// Waits for the end, at most `limit`; gives whether the task has ended.
  [[nodiscard]] task<bool> join_for(duration limit) const { return detail::join_for(state_, limit); }

  /// Whether the task has ended. ok, failed, killed: how; false before the end.
  [[nodiscard]] bool ready() const noexcept { return state_->ended(); }
  [[nodiscard]] bool ok() const noexcept { return state_->status() == detail::task_status::ok; }
  [[nodiscard]] bool failed() const noexcept { return state_->status() == detail::task_status::failed; }
  [[nodiscard]] bool killed() const noexcept { return state_->status() == detail::task_status::killed; }
  /// What an ended task threw; null when it ended well. Looking counts as having seen to a failure.
  [[nodiscard]] std::exception_ptr error() const noexcept { return state_->look_at_error(); }
  [[nodiscard]] std::string name() const { return state_->name(); }
  [[nodiscard]] std::uint64_t id() const noexcept { return state_->id(); }

  /// Asks the task to end: its present or next wait throws `cancelled`. One that has not started never runs; an ended
  /// one is left alone.
  void kill(std::string reason = {}, std::source_location where = std::source_location::current()) const {
    state_->kill(std::move(reason), where);
  }
  /// Asks, and waits for the end.
  [[nodiscard]] auto kill_join(std::string reason = {},
                               std::source_location where = std::source_location::current()) const {
    state_->kill(std::move(reason), where);
    return join();
  }

  /// Calls `callback(const handle&)` on the loop once the task has ended; at the next turn when it has already, and here
  /// and now where no loop runs any more. What it throws is reported as an unhandled error.
  template <class F>
  void on_done(F callback) const {
    auto call = [callback = std::move(callback), self = detail::state_ptr<detail::result_state<R>>(state_)]() mutable {
      detail::call_reporting([&] { callback(handle(self)); });
    };
    if (!state_->ended()) {
      state_->on_done(std::move(call));
    } else if (detail::this_scheduler.home != nullptr) {
      this_loop().post(std::move(call));
    } else {
      call();
    }
  }

  friend bool operator==(const handle& a, const handle& b) noexcept { return a.state_.get() == b.state_.get(); }

 private:
  friend struct handle_access;

  detail::state_ptr<detail::result_state<R>> state_;
};

/// The control block behind a handle, for the runtime.
struct handle_access {
  template <class R>
  [[nodiscard]] static detail::result_state<R>& state(const handle<R>& from) noexcept {
    return *from.state_;
  }
};

}  // namespace weft

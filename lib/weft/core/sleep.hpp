#pragma once

#include <weft/core/loop.hpp>

#include <coroutine>

namespace weft {

namespace detail {

class yield_awaiter {
 public:
  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return false;
  }
  void await_suspend(std::coroutine_handle<> caller) const noexcept { push_ready(suspend_current(caller, nullptr)); }
  void await_resume() const { current_task().check(); }
};

class sleep_awaiter final : private waiter, private timer_node {
 public:
  explicit sleep_awaiter(time_point until) noexcept : until_(until) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return false;
  }
  void await_suspend(std::coroutine_handle<> caller) {
    if (until_ == time_point::min()) {
      push_ready(suspend_current(caller, nullptr));
      return;
    }
    this_loop().timers().set(*this, until_);
    task_ = &suspend_current(caller, this);
  }
  void await_resume() const { current_task().check(); }

 private:
  void abort() noexcept override {
    this_loop().timers().remove(*this);
    wake(*task_);
  }
  [[nodiscard]] const char* what() const noexcept override { return "sleep"; }
  void expire() noexcept override { wake(*task_); }

  union {
    time_point until_;  // until it waits
    task_state* task_;  // from then on
  };
};

/// What sleep() gives: small, since the frame of a coroutine holds it beside the awaiter that is made from it.
class sleep_request {
 public:
  explicit sleep_request(time_point until) noexcept : until_(until) {}
  [[nodiscard]] sleep_awaiter operator co_await() const noexcept { return sleep_awaiter(until_); }

 private:
  time_point until_;
};

}  // namespace detail

/// Lets the other ready tasks run first.
///
/// Cancellation: throws cancelled, before or after the others have run. Cost: no allocation; fair: the reactor is
/// polled in between.
[[nodiscard]] inline detail::yield_awaiter yield() noexcept { return {}; }

/// Waits until `when`. A moment that has passed yields once. Equal deadlines wake in the order in which they were set.
///
/// Cancellation: throws cancelled at once. Cost: no allocation but for the loop's heap of deadlines.
[[nodiscard]] inline detail::sleep_request sleep_until(time_point when) noexcept { return detail::sleep_request(when); }

/// Waits for `length`; zero or less yields once.
[[nodiscard]] inline detail::sleep_request sleep(duration length) noexcept {
  return detail::sleep_request(length > duration::zero() ? deadline_after(length) : time_point::min());
}

}  // namespace weft

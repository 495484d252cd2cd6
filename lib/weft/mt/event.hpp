#pragma once

#include <weft/base/literal.hpp>
#include <weft/core/time.hpp>
#include <weft/mt/shared_waiter.hpp>

#include <coroutine>
#include <mutex>

namespace weft::mt {

/// A flag that tasks of any loop, and threads, wait for.
///
/// Lifetime:     outlives the waits: until those who wait have gone on.
/// Threads:      any.
/// Cancellation: a killed waiter leaves the queue; the flag is as it was.
/// Deadlock:     a waiting task keeps its loop running, as any thread may set the flag.
/// Cost:         a mutex. Waiting allocates nothing; set() is O(waiters).
class event {
 public:
  class wait_awaiter final : private detail::task_waiter {
   public:
    explicit wait_awaiter(event& owner) noexcept
        : task_waiter(owner.mutex_, owner.waiters_, "mt::event", owner.name_.c_str()), owner_(&owner) {}

    [[nodiscard]] bool await_ready() {
      detail::current_task().check();
      was_set_ = owner_->is_set();
      return was_set_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) {
      if (was_set_) return give_way(caller);
      suspend_unless(caller, nullptr, [this] { return was_set_ = owner_->set_; });
    }
    // The event may be gone by then.
    void await_resume() const {
      if (!was_set_ && !is_granted()) detail::current_task().check();
    }

   private:
    event* owner_;
    bool was_set_ = false;
  };

  event() = default;
  /// Shown in reports.
  explicit event(literal name) noexcept : name_(name) {}
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Wakes everyone who waits; later ones do not wait until clear().
  void set() noexcept;
  void clear() noexcept;
  [[nodiscard]] bool is_set() const noexcept;

  /// Waits until the event is set; goes on at once when it is.
  [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }
  /// The same for a thread. Throws std::logic_error where a loop runs.
  void wait_blocking();
  /// At most `limit`; gives whether the event was set.
  [[nodiscard]] bool wait_blocking_for(duration limit);

 private:
  mutable std::mutex mutex_;
  detail::shared_waiter::list waiters_;  // these under mutex_
  bool set_ = false;
  literal name_;
};

}  // namespace weft::mt

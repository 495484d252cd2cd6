#pragma once

#include <weft/sync/wait_queue.hpp>

#include <coroutine>

namespace weft {

/// A flag that tasks wait for.
///
/// Lifetime:     outlives the waits; it may end right after set(). Threads: one loop.
/// Cancellation: a killed waiter leaves the queue; the flag is as it was.
/// Cost:         waiting allocates nothing; set() is O(waiters).
class event {
 public:
  class wait_awaiter final : private detail::queued_waiter {
   public:
    explicit wait_awaiter(event& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() const {
      detail::current_task().check();
      return owner_->set_;
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { suspend(caller); }
    // The event may be gone by then.
    void await_resume() const { check_granted(); }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "event"; }

    event* owner_;
  };

  event() = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Wakes every waiter, in the order in which they came; later ones do not wait until clear().
  void set() noexcept;
  void clear() noexcept { set_ = false; }
  [[nodiscard]] bool is_set() const noexcept { return set_; }

  /// Waits until the event is set; goes on at once when it is.
  [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }

 private:
  detail::fifo<detail::queued_waiter> waiters_;
  bool set_ = false;
};

}  // namespace weft

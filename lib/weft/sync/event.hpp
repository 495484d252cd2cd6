#pragma once

#include <weft/base/literal.hpp>
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
      return owner_->set_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { owner_->set_ ? give_way(caller) : suspend(caller); }
    // The event may be gone by then.
    void await_resume() const { check_granted(); }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "event"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }

    event* owner_;
  };

  event() = default;
  /// Shown in reports.
  explicit event(literal name) noexcept : name_(name) {}
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Wakes every waiter, in the order in which they came; later ones do not wait until clear().
  void set() noexcept;
  void clear() noexcept { set_ = false; }
  [[nodiscard]] bool is_set() const noexcept { return set_; }

  /// Waits until the event is set; goes on at once when it is.
  [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }

 private:
  detail::wait_list waiters_;
  literal name_;
  bool set_ = false;
};

}  // namespace weft

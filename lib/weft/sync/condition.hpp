#pragma once

#include <weft/core/task.hpp>
#include <weft/sync/mutex.hpp>

#include <cassert>
#include <coroutine>
#include <utility>

namespace weft {

/// Where tasks that hold a mutex wait for something that others change under the same mutex.
///
///     auto guard = co_await m.lock();
///     co_await changed.wait(guard, [&] { return !jobs.empty(); });
///
/// Lifetime:     outlives its waiters; all who wait at a time hold guards of one mutex. When it or the mutex ends first,
///               they wait until they are killed, and their guards are empty. Threads: one loop.
/// Fairness:     woken in the order in which they came. A wait ends only because of a notification, or of a kill.
/// Cancellation: a killed waiter takes the mutex again, waiting for its turn if need be, before the wait throws: its
///               guard holds. One that was notified in the same turn returns, and throws at its next wait.
/// Cost:         waiting allocates nothing (with a predicate: one frame from the free list). A notified task is woken
///               when it has the mutex, not before.
class condition {
 public:
  class wait_awaiter final : private detail::queued_waiter {
   public:
    wait_awaiter(condition& owner, mutex_guard& guard) noexcept
        : queued_waiter(owner.waiters_), owner_(&owner), mutex_(guard.mutex()), guard_(&guard) {
      assert(guard && "condition: waiting needs the mutex");
    }

    [[nodiscard]] bool await_ready() const {
      detail::current_task().check();
      return false;
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept {
      suspend(caller);
      mutex_->release();
    }
    void await_resume() const {
      if (state_ != state::notified) detail::current_task().check();
    }

   private:
    friend condition;
    enum class state { waiting, notified, cancelled };

    void leave(state because) noexcept {
      state_ = because;
      mutex_->give_to(*this);
    }
    // From then on only the mutex ends the wait, as the guard has to hold.
    void withdraw() noexcept override {
      if (state_ != state::waiting) return;
      owner_->waiters_.erase(*this);
      leave(state::cancelled);
    }
    // The mutex may be gone as well, or will be: the wait can only throw, and the guard is empty then.
    void lost() noexcept override {
      state_ = state::cancelled;
      mutex::forget(*guard_);
    }
    [[nodiscard]] const char* what() const noexcept override {
      return state_ == state::waiting ? "condition" : "mutex";
    }
    [[nodiscard]] const char* name() const noexcept override {
      return state_ == state::waiting ? owner_->name_.c_str() : mutex_->name();
    }
    [[nodiscard]] const detail::task_state* held_by() const noexcept override {
      return state_ == state::waiting ? nullptr : mutex_->holder();
    }

    condition* owner_;
    mutex* mutex_;
    mutex_guard* guard_;
    state state_ = state::waiting;
  };

  condition() = default;
  /// `name` is shown in reports.
  explicit condition(literal name) noexcept : name_(name) {}
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;

  /// Releases the guard's mutex, waits for a notification and takes the mutex again.
  /// Precondition: the guard holds, and stays where it is until the wait has ended.
  [[nodiscard]] wait_awaiter wait(mutex_guard& guard) noexcept { return wait_awaiter(*this, guard); }

  /// Waits until `predicate()`, which is called with the mutex held; does not wait when it is true at once.
  template <class Predicate>
  task<> wait(mutex_guard& guard, Predicate predicate) {
    while (!predicate()) co_await wait(guard);
  }

  /// Wakes the task that has waited longest.
  void notify_one() noexcept;
  /// Wakes every task that waits.
  void notify_all() noexcept;

 private:
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

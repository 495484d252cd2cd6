#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/held.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>

namespace weft {

/// Lets one task at a time in. Needed only around code that waits: between two waits a task is alone anyway.
///
/// Lifetime:     outlives its waiters and guards. Threads: one loop.
/// Fairness:     first come, first served: unlocking hands over to the first waiter, and no one overtakes it.
/// Cancellation: a killed waiter leaves the queue. One that was handed the mutex in the same turn has it, and throws at
///               its next wait.
/// Errors:       locking it again in the task that holds it never ends, and is reported as a deadlock: recursive_mutex.
/// Cost:         locking allocates nothing.
class mutex {
  struct unlocking {
    void operator()(mutex& held) const noexcept { held.release(); }
  };

 public:
  using guard = detail::held<mutex, unlocking>;

  class lock_awaiter final : private detail::queued_waiter {
   public:
    explicit lock_awaiter(mutex& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() {
      detail::current_task().check();
      taken_ = owner_->take();
      return taken_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
    [[nodiscard]] guard await_resume() const {
      if (!taken_) check_granted();
      return guard(*owner_);
    }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "mutex"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }
    [[nodiscard]] const detail::task_state* held_by() const noexcept override { return owner_->holder_.get(); }

    mutex* owner_;
    bool taken_ = false;
  };

  mutex() = default;
  /// `name` is shown in reports.
  explicit mutex(literal name) noexcept : name_(name) {}
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  /// Waits until the mutex is free, and holds it while the guard lives.
  [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }
  /// Holds the mutex if it is free; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
  [[nodiscard]] bool is_locked() const noexcept { return static_cast<bool>(holder_); }

 private:
  friend class condition;

  [[nodiscard]] bool take() noexcept {
    if (holder_) return false;
    holder_ = detail::state_ptr(&detail::current_task());
    return true;
  }
  /// Makes a guard empty without unlocking.
  static void forget(guard& of) noexcept { of.owner_ = nullptr; }
  /// Hands over to the first waiter.
  void release() noexcept;
  /// Gives the mutex to a task that waits for something else, as soon as it is its turn.
  void give_to(detail::queued_waiter& waiter) noexcept;

  // Invariants: who waits has found it held; the holder's state is kept alive for reports, which it may not be by its
  // task when the guard was moved away.
  detail::state_ptr<detail::task_state> holder_;
  detail::wait_list waiters_;
  literal name_;
};

/// A mutex that is held.
using mutex_guard = mutex::guard;

}  // namespace weft

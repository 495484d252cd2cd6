#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/held.hpp>
#include <weft/sync/owned_lock.hpp>

namespace weft {

/// Lets one task at a time in. Needed only around code that waits: between two waits a task is alone anyway.
///
/// Lifetime:     outlives its waiters and guards. Threads: one loop.
/// Fairness:     first come, first served: unlocking hands over to the first waiter, and no one overtakes it.
/// Cancellation: a killed waiter leaves the queue. One that was handed the mutex in the same turn has it, and throws at
///               its next wait.
/// Errors:       locking it again in the task that holds it never ends, and is reported as a deadlock: recursive_mutex.
/// Cost:         locking allocates nothing.
class mutex : private detail::owned_lock {
  struct unlocking {
    void operator()(mutex& held) const noexcept { held.release(); }
  };

 public:
  using guard = detail::held<mutex, unlocking>;

  using lock_awaiter = owned_lock::awaiter<mutex>;

  mutex() = default;
  /// `name` is shown in reports.
  explicit mutex(literal name) noexcept : owned_lock(name) {}

  /// Waits until the mutex is free, and holds it while the guard lives.
  [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }
  /// Holds the mutex if it is free; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
  [[nodiscard]] bool is_locked() const noexcept { return holder() != nullptr; }

 private:
  friend class detail::owned_lock;
  static constexpr const char* what = "mutex";

  friend class condition;

  [[nodiscard]] bool take() noexcept {
    if (is_locked()) return false;
    hold(detail::current_task());
    return true;
  }
  /// Makes a guard empty without unlocking.
  static void forget(guard& of) noexcept { of.owner_ = nullptr; }
  void release() noexcept { hand_over(); }
  /// Gives the mutex to a task that waits for something else, as soon as it is its turn.
  void give_to(detail::queued_waiter& waiter) noexcept;
};

/// A mutex that is held.
using mutex_guard = mutex::guard;

}  // namespace weft

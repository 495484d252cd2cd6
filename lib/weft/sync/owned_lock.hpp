#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>

namespace weft::detail {

/// What mutex and recursive_mutex share: the task that holds the lock, and those that wait for it.
///
/// Invariants: who waits has found it held by another task; the holder's state is kept alive for reports, which it may
///             not be by its task when the guard was moved away.
class owned_lock {
 public:
  owned_lock(const owned_lock&) = delete;
  owned_lock& operator=(const owned_lock&) = delete;

  /// Waits for a `Lock`, which has take() and the name of its kind, `what`; gives its guard.
  template <class Lock>
  class awaiter;

 protected:
  explicit owned_lock(literal name = {}) noexcept : name_(name) {}
  ~owned_lock() = default;

  [[nodiscard]] const task_state* holder() const noexcept { return holder_.get(); }
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }
  [[nodiscard]] fifo<queued_waiter>& waiters() noexcept { return waiters_; }
  void hold(task_state& task) noexcept { holder_ = state_ptr(&task); }
  /// Gives the lock to the first waiter; false: there is none, and the lock is free.
  bool hand_over() noexcept;

 private:
  state_ptr<task_state> holder_;
  wait_list waiters_;
  literal name_;
};

template <class Lock>
class owned_lock::awaiter final : private queued_waiter {
 public:
  explicit awaiter(Lock& lock) noexcept : queued_waiter(lock.waiters()), lock_(&lock) {}

  [[nodiscard]] bool await_ready() {
    current_task().check();
    taken_ = lock_->take();
    return taken_ && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
  [[nodiscard]] typename Lock::guard await_resume() const {
    if (!taken_) check_granted();
    return typename Lock::guard(*lock_);
  }

 private:
  [[nodiscard]] const char* what() const noexcept override { return Lock::what; }
  [[nodiscard]] const char* name() const noexcept override { return lock_->name(); }
  [[nodiscard]] const task_state* held_by() const noexcept override { return lock_->holder(); }

  Lock* lock_;
  bool taken_ = false;
};

}  // namespace weft::detail

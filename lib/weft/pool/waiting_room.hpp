#pragma once

#include <weft/mt/shared_waiter.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <mutex>

namespace weft::detail {

/// Threads and tasks that wait until something is so, and look again each time they are told that it may be: for a place
/// in a queue, or for something in it.
///
/// Threads:    any. Lock order: its mutex before the one that is taken to look.
/// Fairness:   who waits longest is told first; another may be faster.
/// Invariants: who waits has been counted before it has last looked; who tells looks at the count after the change.
class waiting_room {
 public:
  waiting_room() = default;
  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;

  /// One of them, or all, look again. Not under the mutex that is taken to look.
  void tell_one() noexcept {
    if (count_.load() != 0) tell(1);
  }
  void tell_all() noexcept {
    if (count_.load() != 0) tell(static_cast<std::size_t>(-1));
  }

  /// Blocks until it has been told, unless `is_so()`. Gives false when the deadline comes first. `what`, a literal, names
  /// the wait in reports.
  template <class F>
  bool wait(const char* what, F is_so, time_point deadline = time_point::max()) {
    const blocking_wait waits(what);
    std::unique_lock held(mutex_);
    const counted counts(count_);
    if (is_so()) return true;
    thread_waiter self;
    waiters_.push_back(self);
    if (deadline == time_point::max()) {
      self.wait(held);
      return true;
    }
    if (self.wait_until(held, deadline)) return true;
    waiters_.erase(self);
    return false;
  }

  template <class F>
  class awaiter final : private task_waiter {
   public:
    awaiter(waiting_room& owner, const char* what, F is_so) noexcept
        : task_waiter(owner.mutex_, owner.waiters_, what, ""), owner_(&owner), is_so_(is_so) {
      owner.count_.fetch_add(1);
    }
    awaiter(const awaiter& other) noexcept : task_waiter(other), owner_(other.owner_), is_so_(other.is_so_) {
      owner_->count_.fetch_add(1);
    }
    awaiter& operator=(const awaiter&) = delete;
    ~awaiter() { owner_->count_.fetch_sub(1); }

    [[nodiscard]] bool await_ready() const {
      current_task().check();
      return false;
    }
    void await_suspend(std::coroutine_handle<> caller) { suspend_unless(caller, nullptr, is_so_); }
    /// A killed task that was told does look again: its next wait throws.
    void await_resume() const {
      if (!is_granted()) current_task().check();
    }

   private:
    waiting_room* owner_;
    F is_so_;
  };

  /// wait() for a task. `is_so` is called at any time until it goes on; `what` names the wait in reports.
  template <class F>
  [[nodiscard]] awaiter<F> told(const char* what, F is_so) noexcept {
    return awaiter<F>(*this, what, is_so);
  }

 private:
  class counted {
   public:
    explicit counted(std::atomic<std::size_t>& count) noexcept : count_(count) { count_.fetch_add(1); }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { count_.fetch_sub(1); }

   private:
    std::atomic<std::size_t>& count_;
  };

  void tell(std::size_t at_most) noexcept {
    settled_waiters woken;
    const std::lock_guard guard(mutex_);
    for (; at_most > 0; --at_most) {
      shared_waiter* first = waiters_.pop_front();
      while (first != nullptr && first->is_gone()) first = waiters_.pop_front();
      if (first == nullptr) return;
      woken.settle(*first, shared_waiter::outcome::granted);
    }
  }

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  shared_waiter::list waiters_;  // under mutex_
};

}  // namespace weft::detail

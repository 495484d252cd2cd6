#pragma once

#include <weft/mt/shared_waiter.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <mutex>

namespace weft::detail {

/// Those who wait for a place in the queue of a pool.
///
/// Threads:    any. Lock order: its mutex before that of the pool.
/// Invariants: who waits has been counted before it has last looked for room; who makes room looks at the count after.
class room {
 public:
  room() = default;
  room(const room&) = delete;
  room& operator=(const room&) = delete;

  /// There is room for one more, or for `all` to look again. Not under the pool's mutex.
  void tell_one() noexcept {
    if (count_.load() != 0) tell(1);
  }
  void tell_all() noexcept {
    if (count_.load() != 0) tell(static_cast<std::size_t>(-1));
  }

  /// Blocks until there is room, unless `has_room()` says that there is.
  template <class F>
  void wait(F has_room) {
    std::unique_lock held(mutex_);
    const counted counts(count_);
    if (has_room()) return;
    thread_waiter self;
    waiters_.push_back(self);
    self.wait(held);
  }

  template <class F>
  class awaiter final : private task_waiter {
   public:
    awaiter(room& owner, F has_room) noexcept
        : task_waiter(owner.mutex_, owner.waiters_, "room in a pool", ""), owner_(&owner), has_room_(has_room) {
      owner.count_.fetch_add(1);
    }
    awaiter(const awaiter& other) noexcept : task_waiter(other), owner_(other.owner_), has_room_(other.has_room_) {
      owner_->count_.fetch_add(1);
    }
    awaiter& operator=(const awaiter&) = delete;
    ~awaiter() { owner_->count_.fetch_sub(1); }

    [[nodiscard]] bool await_ready() const {
      current_task().check();
      return false;
    }
    void await_suspend(std::coroutine_handle<> caller) { suspend_unless(caller, nullptr, has_room_); }
    /// A killed task that was told of room takes it: its next wait throws.
    void await_resume() const {
      if (!is_granted()) current_task().check();
    }

   private:
    room* owner_;
    F has_room_;
  };

  /// wait() for a task; `has_room` outlives it.
  template <class F>
  [[nodiscard]] awaiter<F> available(F has_room) noexcept {
    return awaiter<F>(*this, has_room);
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
      if (first == nullptr) return;
      woken.settle(*first, shared_waiter::outcome::granted);
    }
  }

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  shared_waiter::list waiters_;  // under mutex_
};

}  // namespace weft::detail

#pragma once

#include <weft/core/fifo.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/mailbox.hpp>
#include <weft/core/task_state.hpp>

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>

namespace weft::detail {

/// A task of some loop, or a thread, that waits for something which any thread may give.
///
/// Invariants: linked, and `outcome_` pending, while it waits; both change together, under the mutex of what is waited
///             for. Once settled it is touched only by who has settled it, and then by the waiter itself: what was
///             granted stays granted, whatever comes between.
class shared_waiter : public fifo_hook {
 public:
  using list = fifo<shared_waiter>;
  enum class outcome : std::uint8_t { pending, granted, refused };

  /// Ends the wait. Under the mutex, taken out of its list. Gives whether wake() has to be called without the mutex.
  [[nodiscard]] virtual bool settle(outcome how) noexcept = 0;
  virtual void wake() noexcept = 0;
  /// Whether it waits on a loop that was given up, and nothing should be handed to it.
  [[nodiscard]] virtual bool is_gone() const noexcept = 0;

  [[nodiscard]] bool is_granted() const noexcept {
    return outcome_.load(std::memory_order_acquire) == outcome::granted;
  }
  /// Where what is handed over is, or goes.
  template <class T>
  [[nodiscard]] T& slot() const noexcept {
    return *static_cast<T*>(slot_);
  }

 protected:
  shared_waiter() noexcept = default;
  explicit shared_waiter(void* slot) noexcept : slot_(slot) {}
  /// Precondition: the other has not waited.
  shared_waiter(const shared_waiter& /*other*/) noexcept : fifo_hook() {}
  shared_waiter& operator=(const shared_waiter&) = delete;
  ~shared_waiter() = default;

  std::atomic<outcome> outcome_ = outcome::pending;
  void* slot_ = nullptr;
};

/// Waiters that are settled while a mutex is held, and woken when it is not: to be declared before the lock.
class settled_waiters {
 public:
  settled_waiters() = default;
  settled_waiters(const settled_waiters&) = delete;
  settled_waiters& operator=(const settled_waiters&) = delete;
  ~settled_waiters() {
    while (shared_waiter* first = waiters_.pop_front()) first->wake();
  }

  void settle(shared_waiter& taken_out, shared_waiter::outcome how) noexcept {
    if (taken_out.settle(how)) waiters_.push_back(taken_out);
  }
  void settle_all(shared_waiter::list& waiting, shared_waiter::outcome how) noexcept {
    while (shared_waiter* first = waiting.pop_front()) settle(*first, how);
  }

 private:
  shared_waiter::list waiters_;
};

/// A task that waits. Lives in an awaiter.
class task_waiter : public shared_waiter, private parcel, private waiter {
 public:
  /// Who may end the wait: any thread, so that the wait is never taken for a deadlock; or a loop of the same run().
  enum class woken_by : std::uint8_t { any_thread, loop };

  task_waiter(std::mutex& mutex, list& waiting, const char* what, const char* object,
              woken_by by = woken_by::any_thread) noexcept
      : mutex_(&mutex), list_(&waiting), what_(what), object_(object), by_(by) {}

  /// Precondition: what is waited for was there; the task only gives way to the others.
  void give_way(std::coroutine_handle<> caller) noexcept { push_ready(suspend_current(caller, nullptr)); }

  /// Suspends the task, unless `take()`, called under the mutex, gives true: then it goes on in this turn. What is
  /// handed over is, or goes, to `slot`.
  template <class F>
  void suspend_unless(std::coroutine_handle<> caller, void* slot, F take) {
    slot_ = slot;
    begin_wait(caller);
    {
      const std::lock_guard guard(*mutex_);
      if (!take()) {
        list_->push_back(*this);
        return;
      }
    }
    end_wait();
  }

  [[nodiscard]] bool settle(outcome how) noexcept override {
    outcome_.store(how, std::memory_order_release);
    return true;
  }
  void wake() noexcept override;
  [[nodiscard]] bool is_gone() const noexcept override { return mail_->is_closed(); }

 protected:
  ~task_waiter() = default;

 private:
  void begin_wait(std::coroutine_handle<> caller);
  void end_wait() noexcept;
  void arrive() noexcept override { end_wait(); }
  /// Its loop was given up, with the task.
  void bounce() noexcept override {}
  void abort() noexcept override;
  [[nodiscard]] const char* what() const noexcept override { return what_; }
  [[nodiscard]] const char* object() const noexcept override { return object_; }

  std::mutex* mutex_;
  list* list_;
  const char* what_;
  const char* object_;
  woken_by by_;
  std::shared_ptr<mailbox> mail_;
  task_state* task_ = nullptr;
};

/// A thread that waits, without a loop. Lives on its stack.
class thread_waiter final : public shared_waiter {
 public:
  explicit thread_waiter(void* slot = nullptr) noexcept : shared_waiter(slot) {}

  /// Precondition: linked; `held` is the lock of the list's mutex.
  void wait(std::unique_lock<std::mutex>& held) {
    settled_.wait(held, [this] { return is_settled(); });
  }
  /// Gives false when the deadline came first; it is still linked then.
  [[nodiscard]] bool wait_until(std::unique_lock<std::mutex>& held, time_point deadline) {
    return settled_.wait_until(held, deadline, [this] { return is_settled(); });
  }

  [[nodiscard]] bool settle(outcome how) noexcept override {
    outcome_.store(how, std::memory_order_release);
    settled_.notify_one();
    return false;
  }
  void wake() noexcept override {}
  [[nodiscard]] bool is_gone() const noexcept override { return false; }

 private:
  [[nodiscard]] bool is_settled() const noexcept {
    return outcome_.load(std::memory_order_acquire) != outcome::pending;
  }

  std::condition_variable settled_;
};

/// For functions that block the thread. Throws std::logic_error when it runs a loop, which would stand still.
void require_no_loop(const char* function);

}  // namespace weft::detail

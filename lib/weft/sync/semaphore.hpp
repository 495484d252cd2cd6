#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstddef>
#include <utility>

namespace weft {

class semaphore;

/// One permit of a semaphore, given back when this ends.
class semaphore_guard {
 public:
  semaphore_guard() noexcept = default;
  explicit semaphore_guard(semaphore& owner) noexcept : owner_(&owner) {}
  semaphore_guard(semaphore_guard&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  semaphore_guard& operator=(semaphore_guard&& other) noexcept {
    semaphore_guard old(std::move(other));
    std::swap(owner_, old.owner_);
    return *this;
  }
  ~semaphore_guard() { release(); }

  /// Gives the permit back now. Idempotent.
  void release() noexcept;
  [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }

 private:
  semaphore* owner_ = nullptr;
};

/// A number of permits that tasks take and give back; who finds none waits its turn.
///
/// Lifetime:     outlives its waiters and guards. Threads: one loop.
/// Fairness:     first come, first served: acquire() and try_acquire() never overtake a waiter.
/// Cancellation: a killed waiter leaves the queue. One that was handed a permit in the same turn keeps it, and throws
///               at its next wait.
/// Cost:         waiting allocates nothing.
class semaphore {
 public:
  class acquire_awaiter : private detail::queued_waiter {
   public:
    explicit acquire_awaiter(semaphore& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() {
      detail::current_task().check();
      taken_ = owner_->try_acquire();
      return taken_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
    void await_resume() const {
      if (!taken_) check_granted();
    }

   protected:
    [[nodiscard]] semaphore& owner() const noexcept { return *owner_; }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "semaphore"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }

    semaphore* owner_;
    bool taken_ = false;
  };

  class guard_awaiter final : public acquire_awaiter {
   public:
    using acquire_awaiter::acquire_awaiter;
    [[nodiscard]] semaphore_guard await_resume() const {
      acquire_awaiter::await_resume();
      return semaphore_guard(owner());
    }
  };

  /// `name` is shown in reports.
  explicit semaphore(std::size_t permits, literal name = {}) noexcept : permits_(permits), name_(name) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;

  /// Takes a permit; waits while there is none.
  [[nodiscard]] acquire_awaiter acquire() noexcept { return acquire_awaiter(*this); }
  /// Takes a permit that gives itself back.
  [[nodiscard]] guard_awaiter guard() noexcept { return guard_awaiter(*this); }
  /// Takes a permit if there is one and no one waits for it.
  [[nodiscard]] bool try_acquire() noexcept {
    if (permits_ == 0) return false;
    --permits_;
    return true;
  }
  /// Gives a permit to the first waiter, or back.
  void release() noexcept;

  [[nodiscard]] std::size_t available() const noexcept { return permits_; }

 private:
  // Invariant: while someone waits there are no permits.
  std::size_t permits_;
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

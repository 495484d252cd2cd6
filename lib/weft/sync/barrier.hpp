#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstddef>

namespace weft {

/// Where a fixed number of tasks wait for each other, any number of times.
///
/// Lifetime:     outlives its waiters; may end once the last has arrived. Threads: one loop.
/// Cancellation: a killed waiter takes its arrival back: the others wait for another one. When the last has arrived in
///               the same turn, the wait is complete, and the kill is thrown at the next wait.
/// Errors:       std::invalid_argument for a barrier of no tasks.
/// Cost:         waiting allocates nothing; the last one's arrival is O(tasks).
class barrier {
 public:
  class arrive_awaiter final : private detail::queued_waiter {
   public:
    explicit arrive_awaiter(barrier& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() {
      detail::current_task().check();
      last_ = owner_->arrive();
      return last_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { last_ ? give_way(caller) : suspend(caller); }
    bool await_resume() const {
      if (!last_) check_granted();
      return last_;
    }

   private:
    void withdraw() noexcept override {
      --owner_->arrived_;
      queued_waiter::withdraw();
    }
    [[nodiscard]] const char* what() const noexcept override { return "barrier"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }

    barrier* owner_;
    bool last_ = false;
  };

  /// `name` is shown in reports.
  explicit barrier(std::size_t tasks, literal name = {});
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  /// Waits until as many tasks as the barrier is for have arrived; then all go on, and the barrier begins anew.
  /// Gives whether this task was the last to arrive: true for exactly one of them.
  [[nodiscard]] arrive_awaiter arrive_and_wait() noexcept { return arrive_awaiter(*this); }

  /// Tasks that have arrived and wait.
  [[nodiscard]] std::size_t waiting() const noexcept { return arrived_; }

 private:
  /// Counts one in; lets all go on when it is the last.
  [[nodiscard]] bool arrive() noexcept;

  std::size_t tasks_;
  std::size_t arrived_ = 0;
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

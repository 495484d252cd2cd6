#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstddef>

namespace weft {

/// A count that goes down to zero once; tasks wait until it has.
///
/// Lifetime:     outlives its waiters; may end once the count is zero. Threads: one loop.
/// Cancellation: a killed waiter leaves; the count is as it was.
/// Cost:         waiting allocates nothing; the last count_down() is O(waiters).
class latch {
 public:
  class wait_awaiter final : private detail::queued_waiter {
   public:
    explicit wait_awaiter(latch& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() const {
      detail::current_task().check();
      return owner_->left_ == 0 && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept {
      owner_->left_ == 0 ? give_way(caller) : suspend(caller);
    }
    void await_resume() const { check_granted(); }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "latch"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }

    latch* owner_;
  };

  /// `name` is shown in reports.
  explicit latch(std::size_t count, literal name = {}) noexcept : left_(count), name_(name) {}
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  /// Counts down; at zero every waiter goes on, in the order in which they came.
  /// Errors: std::logic_error, and the count as it was, when less than `by` is left.
  void count_down(std::size_t by = 1);
  /// Waits until the count is zero; goes on at once when it is.
  [[nodiscard]] wait_awaiter wait() noexcept { return wait_awaiter(*this); }
  /// Whether the count is zero.
  [[nodiscard]] bool try_wait() const noexcept { return left_ == 0; }
  /// Counts one down, then waits as wait() does.
  [[nodiscard]] wait_awaiter arrive_and_wait() {
    count_down();
    return wait();
  }

 private:
  std::size_t left_;
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

#pragma once

#include <weft/core/fifo.hpp>
#include <weft/core/task_state.hpp>

#include <coroutine>

namespace weft::detail {

/// A task in a wait_queue. Lives in the awaiter of the primitive.
///
/// Invariant: linked while it waits; woken by the queue (`granted`), or unlinked by a cancellation. What was granted is
/// kept even when a kill comes before the task runs: the kill is thrown by the task's next wait.
class queued_waiter : public waiter, public fifo_hook {
 public:
  explicit queued_waiter(fifo<queued_waiter>& queue) noexcept : queue_(&queue) {}

  void suspend(std::coroutine_handle<> caller) noexcept {
    task_ = &suspend_current(caller, this);
    queue_->push_back(*this);
  }
  /// For what was granted at once by a task that has to give way first (see may_go_on): it runs again in this turn.
  void give_way(std::coroutine_handle<> caller) noexcept {
    granted_ = true;
    push_ready(suspend_current(caller, nullptr));
  }
  /// Whether the wait ended because it was granted. Throws cancelled when it did not.
  void check_granted() const {
    if (!granted_) current_task().check();
  }
  /// Precondition: the waiter has been taken out of its queue.
  void grant() noexcept {
    granted_ = true;
    wake(*task_);
  }

 protected:
  ~queued_waiter() = default;

 private:
  void abort() noexcept override {
    queue_->erase(*this);
    wake(*task_);
  }

  fifo<queued_waiter>* queue_;
  task_state* task_ = nullptr;
  bool granted_ = false;
};

}  // namespace weft::detail

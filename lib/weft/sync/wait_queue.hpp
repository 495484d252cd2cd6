#pragma once

#include <weft/core/fifo.hpp>
#include <weft/core/task_state.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::detail {

/// A task in a wait_list. Lives in the awaiter of the primitive.
///
/// Invariants: linked while it waits; woken by the primitive (`granted`), or unlinked by a cancellation. What was
/// granted is kept even when a kill comes before the task runs: the kill is thrown by the task's next wait. When the
/// list ends first, the task goes on waiting until it is killed, without looking at the primitive again.
class queued_waiter : public waiter, public fifo_hook {
 public:
  explicit queued_waiter(fifo<queued_waiter>& queue) noexcept : queue_(&queue) {}
  /// For a wait that is over before it begins.
  explicit queued_waiter(std::nullptr_t /*no queue*/) noexcept {}

  void suspend(std::coroutine_handle<> caller) noexcept {
    task_ = &suspend_current(caller, this);
    queue_->push_back(*this);
  }
  /// For what was granted at once by a task that has to give way first (see may_go_on): it runs again in this turn.
  void give_way(std::coroutine_handle<> caller) noexcept {
    granted_ = true;
    push_ready(suspend_current(caller, nullptr));
  }
  [[nodiscard]] bool granted() const noexcept { return granted_; }
  /// Whether the wait ended because it was granted. Throws cancelled when it did not.
  void check_granted() const {
    if (!granted_) current_task().check();
  }
  /// Precondition: the waiter has been taken out of its queue.
  void grant() noexcept {
    granted_ = true;
    wake(*task_);
  }
  /// Ends the wait without having granted anything. Precondition: as for grant().
  void refuse() noexcept { wake(*task_); }
  /// What is waited for has ended. Precondition: as for grant().
  void lose() noexcept {
    queue_ = nullptr;
    lost();
  }
  /// The task that waits. Precondition: it does.
  [[nodiscard]] task_state& task() const noexcept { return *task_; }

 protected:
  ~queued_waiter() = default;

  /// Leaves because of a cancellation.
  virtual void withdraw() noexcept {
    queue_->erase(*this);
    wake(*task_);
  }
  virtual void lost() noexcept {}
  /// What object() and holder() give while the primitive is there.
  [[nodiscard]] virtual const char* name() const noexcept = 0;
  [[nodiscard]] virtual const task_state* held_by() const noexcept { return nullptr; }
  /// What holders() gives, where it is more than that one.
  [[nodiscard]] virtual std::size_t all_held_by(std::span<std::uint64_t> to) const noexcept {
    return waiter::holders(to);
  }

 private:
  void abort() noexcept final { queue_ != nullptr ? withdraw() : wake(*task_); }
  [[nodiscard]] const char* object() const noexcept final { return queue_ != nullptr ? name() : "(destroyed)"; }
  [[nodiscard]] const task_state* holder() const noexcept final { return queue_ != nullptr ? held_by() : nullptr; }
  [[nodiscard]] std::size_t holders(std::span<std::uint64_t> to) const noexcept final {
    return queue_ != nullptr ? all_held_by(to) : 0;
  }

  fifo<queued_waiter>* queue_ = nullptr;
  task_state* task_ = nullptr;
  bool granted_ = false;
};

/// The tasks that wait for one thing, in the order in which they came.
class wait_list : public fifo<queued_waiter> {
 public:
  wait_list() = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  // What a main function leaves behind in its frame's queues is killed after the frame is gone.
  ~wait_list() {
    while (queued_waiter* first = pop_front()) first->lose();
  }

  void grant_all() noexcept {
    while (queued_waiter* first = pop_front()) first->grant();
  }
  void refuse_all() noexcept {
    while (queued_waiter* first = pop_front()) first->refuse();
  }
};

}  // namespace weft::detail

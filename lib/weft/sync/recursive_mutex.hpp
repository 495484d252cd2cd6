#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/held.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstddef>

namespace weft {

/// A mutex that the task which holds it may lock again; free when every guard of that task is gone.
///
/// Lifetime, threads, fairness, cancellation and cost are those of mutex.
class recursive_mutex {
  struct unlocking {
    void operator()(recursive_mutex& held) const noexcept { held.release(); }
  };

 public:
  using guard = detail::held<recursive_mutex, unlocking>;

  class lock_awaiter final : private detail::queued_waiter {
   public:
    explicit lock_awaiter(recursive_mutex& owner) noexcept : queued_waiter(owner.waiters_), owner_(&owner) {}

    [[nodiscard]] bool await_ready() {
      detail::current_task().check();
      taken_ = owner_->take();
      return taken_ && detail::may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
    [[nodiscard]] guard await_resume() const {
      if (!taken_) check_granted();
      return guard(*owner_);
    }

   private:
    [[nodiscard]] const char* what() const noexcept override { return "recursive mutex"; }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }
    [[nodiscard]] const detail::task_state* held_by() const noexcept override { return owner_->holder_.get(); }

    recursive_mutex* owner_;
    bool taken_ = false;
  };

  recursive_mutex() = default;
  /// `name` is shown in reports.
  explicit recursive_mutex(literal name) noexcept : name_(name) {}
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  /// Waits until no other task holds it, and holds it once more while the guard lives.
  [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }
  /// Holds it once more if no other task does; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
  /// How often the holder has locked it.
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
  [[nodiscard]] bool take() noexcept;
  void release() noexcept;

  // Invariant: depth_ is zero while there is no holder; who waits has found it held by another task.
  detail::state_ptr<detail::task_state> holder_;
  std::size_t depth_ = 0;
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/held.hpp>
#include <weft/sync/wait_queue.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weft {

/// Lets in either one task, which may write, or any number that only read.
///
/// Lifetime:     outlives its waiters and guards. Threads: one loop.
/// Fairness:     first come, first served: a reader that comes after a waiting writer waits behind it, so that neither
///               kind starves the other; readers next to each other in the queue are let in together.
/// Cancellation: as for mutex. A writer that is killed while it waits makes room for the readers behind it.
/// Errors:       a task that holds it either way and locks it for writing never gets it: reported as a deadlock.
/// Cost:         locking allocates nothing.
class shared_mutex {
  enum class mode { exclusive, shared };
  template <mode Mode>
  struct unlocking {
    void operator()(shared_mutex& held) const noexcept { held.release(Mode); }
  };

  class mode_waiter : public detail::queued_waiter {
   public:
    mode_waiter(shared_mutex& owner, mode wanted) noexcept
        : queued_waiter(owner.waiters_), owner_(&owner), mode_(wanted) {}

    [[nodiscard]] bool await_ready();
    void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }

   protected:
    [[nodiscard]] shared_mutex& settled() const {
      if (!taken_) check_granted();
      return *owner_;
    }

   private:
    friend shared_mutex;
    void withdraw() noexcept override;
    [[nodiscard]] const char* what() const noexcept override {
      return mode_ == mode::shared ? "shared mutex, to read" : "shared mutex, to write";
    }
    [[nodiscard]] const char* name() const noexcept override { return owner_->name_.c_str(); }
    [[nodiscard]] const detail::task_state* held_by() const noexcept override { return owner_->writer_.get(); }
    [[nodiscard]] std::size_t all_held_by(std::span<std::uint64_t> to) const noexcept override;

    shared_mutex* owner_;
    mode mode_;
    bool taken_ = false;
  };

  template <mode Mode>
  class lock_awaiter final : private mode_waiter {
   public:
    explicit lock_awaiter(shared_mutex& owner) noexcept : mode_waiter(owner, Mode) {}
    using mode_waiter::await_ready;
    using mode_waiter::await_suspend;
    [[nodiscard]] detail::held<shared_mutex, unlocking<Mode>> await_resume() const {
      return detail::held<shared_mutex, unlocking<Mode>>(settled());
    }
  };

 public:
  using guard = detail::held<shared_mutex, unlocking<mode::exclusive>>;
  using shared_guard = detail::held<shared_mutex, unlocking<mode::shared>>;

  shared_mutex() = default;
  /// `name` is shown in reports.
  explicit shared_mutex(literal name) noexcept : name_(name) {}
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  /// Waits until no other task is in, and holds it alone while the guard lives.
  [[nodiscard]] lock_awaiter<mode::exclusive> lock() noexcept { return lock_awaiter<mode::exclusive>(*this); }
  /// Waits until no writer is in or before it, and holds it together with other readers while the guard lives.
  [[nodiscard]] lock_awaiter<mode::shared> lock_shared() noexcept { return lock_awaiter<mode::shared>(*this); }
  /// Holds it alone if no task is in; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] guard try_lock() noexcept { return take(mode::exclusive) ? guard(*this) : guard(); }
  /// Holds it as a reader if no writer is in or waits; else the guard is empty. Precondition: called in a task.
  [[nodiscard]] shared_guard try_lock_shared() noexcept {
    return take(mode::shared) ? shared_guard(*this) : shared_guard();
  }

 private:
  [[nodiscard]] bool take(mode wanted) noexcept;
  void release(mode held) noexcept;
  /// Lets in whom the queue begins with, as far as it is free.
  void let_in() noexcept;
  void add_reader(const detail::task_state& reader) noexcept;
  void remove_reader() noexcept;

  // Invariants: a writer, or readers, or none; the first waiter is a writer while readers are in.
  detail::state_ptr<detail::task_state> writer_;
  std::size_t readers_ = 0;
  // For reports: the ids of the first of them, as long as who lets go is who was let in; 0: a free place.
  std::array<std::uint64_t, 4> known_readers_{};
  std::size_t unknown_readers_ = 0;  // beside those
  detail::wait_list waiters_;
  literal name_;
};

}  // namespace weft

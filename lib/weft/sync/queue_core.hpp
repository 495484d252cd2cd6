#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/wait_queue.hpp>

#include <coroutine>
#include <cstddef>
#include <limits>

namespace weft {

/// In the place of a capacity: as much as memory holds. Producers never wait, so that nothing slows them down.
struct unbounded_t {
  explicit unbounded_t() = default;
};
inline constexpr unbounded_t unbounded{};

namespace detail {

/// A task that waits for a queue. Keeps the name, since the queue may end right after close().
class queue_waiter : public queued_waiter {
 public:
  queue_waiter(wait_list& list, literal name, const char* what) noexcept
      : queued_waiter(list), name_(name), what_(what) {}
  explicit queue_waiter(std::nullptr_t none) noexcept : queued_waiter(none), what_("") {}
  /// For a wait that gave nothing: throws cancelled or queue_closed.
  [[noreturn]] void throw_closed() const;

 protected:
  ~queue_waiter() = default;

 private:
  [[nodiscard]] const char* what() const noexcept override { return what_; }
  [[nodiscard]] const char* name() const noexcept override { return name_.c_str(); }

  literal name_;
  const char* what_;
};

/// What every kind of queue has, whatever is in it.
class queue_core {
 public:
  class join_awaiter final : private queue_waiter {
   public:
    explicit join_awaiter(queue_core& owner) noexcept
        : queue_waiter(owner.joiners_, owner.name_, "queue join"), owner_(&owner) {}

    [[nodiscard]] bool await_ready() const {
      current_task().check();
      return owner_->unfinished_ == 0 && may_go_on();
    }
    void await_suspend(std::coroutine_handle<> caller) noexcept {
      owner_->unfinished_ == 0 ? give_way(caller) : suspend(caller);
    }
    void await_resume() const { check_granted(); }

   private:
    queue_core* owner_;
  };

  queue_core(const queue_core&) = delete;
  queue_core& operator=(const queue_core&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

  /// Ends the queue: put() throws queue_closed, also those that wait; get() and next() drain what is there. Idempotent.
  void close() noexcept;

  /// Says that an item which came out has been dealt with. Errors: std::logic_error when none is left to be.
  void task_done();
  /// Waits until task_done() was called for every item that was put.
  [[nodiscard]] join_awaiter join() noexcept { return join_awaiter(*this); }

 protected:
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  queue_core(std::size_t capacity, literal name) noexcept : capacity_(capacity), name_(name) {}
  ~queue_core() = default;
  /// Throws std::invalid_argument for zero.
  [[nodiscard]] static std::size_t checked_capacity(std::size_t capacity, literal name);

  // Invariants: who waits in getters_ finds nothing to take; who waits in putters_ has found it full.
  std::size_t capacity_;
  std::size_t unfinished_ = 0;
  wait_list getters_;
  wait_list putters_;
  wait_list joiners_;
  literal name_;
  bool closed_ = false;
};

}  // namespace detail

}  // namespace weft

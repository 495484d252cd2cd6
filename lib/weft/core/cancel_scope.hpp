#pragma once

#include <weft/core/task_state.hpp>
#include <weft/core/timer_queue.hpp>

#include <optional>
#include <source_location>
#include <string>

namespace weft {

namespace detail {
class scope_chain;
}

/// A part of a task that can be cancelled by itself: between construction and destruction every wait throws `cancelled`
/// once cancel() was called. The mechanism below timeout(), shield() and task_group.
///
/// Lifetime:     a local of a coroutine. One that an async_generator holds across a co_yield has no effect on who takes
///               the values: it is set aside until the body goes on.
/// Threads:      the task's loop.
/// Cancellation: who catches `cancelled` around a scope asks was_hit(): false means that it comes from further out.
/// Cost:         no allocation.
class cancel_scope {
 public:
  cancel_scope() noexcept : cancel_scope(kind::plain) {}
  cancel_scope(const cancel_scope&) = delete;
  cancel_scope& operator=(const cancel_scope&) = delete;
  ~cancel_scope() { leave(); }

  /// Cancels what runs inside. A second call does nothing.
  void cancel(std::string reason, std::source_location where = std::source_location::current());
  [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_; }
  /// Whether this scope, and nothing outside of it, is what cancels the task.
  [[nodiscard]] bool was_hit() const noexcept {
    return cancelled_ && (task_ == nullptr || !task_->is_cancelled_outside(this));
  }
  [[nodiscard]] const std::string& reason() const noexcept;
  /// Ends the scope before its destructor does.
  void leave() noexcept;

 protected:
  enum class kind { plain, shield };
  explicit cancel_scope(kind of) noexcept;

  /// Null while it is set aside.
  [[nodiscard]] detail::task_state* task() const noexcept { return task_; }
  void cancel(detail::cause_ptr cause) noexcept;
  void set_deadline(time_point when) noexcept { deadline_ = when; }
  [[nodiscard]] time_point when() const noexcept { return deadline_; }

 private:
  friend class detail::task_state;
  friend class detail::scope_chain;
  friend class task_group;

  detail::task_state* task_;
  cancel_scope* outer_;
  detail::cause_ptr cause_;
  time_point deadline_ = time_point::max();
  bool cancelled_ = false;
  bool left_ = false;
  bool shield_;
};

namespace detail {

/// The scopes of a coroutine that gives control back to its caller in the middle of them.
class scope_chain {
 public:
  /// Takes out the scopes inside of `outside`, which is around the running coroutine; null: all.
  void put_aside(task_state& task, cancel_scope* outside) noexcept;
  /// Puts them back, inside of those that are around the caller, perhaps in another task.
  void restore(task_state& task) noexcept;

 private:
  cancel_scope* innermost_ = nullptr;
};

}  // namespace detail

/// A cancel_scope that cancels itself at a deadline.
class deadline_scope : public cancel_scope, private detail::timer_node {
 public:
  explicit deadline_scope(time_point when, std::source_location where = std::source_location::current())
      : deadline_scope(when, kind::plain, where) {}
  virtual ~deadline_scope() { disarm(); }

  /// Moves the deadline. Does nothing once the scope is cancelled.
  void expires_at(time_point when);
  /// Takes the deadline away.
  void disarm() noexcept;

 protected:
  deadline_scope(time_point when, kind of, std::source_location where);

 private:
  void expire() noexcept override;

  std::source_location where_;
};

}  // namespace weft

#pragma once

#include <weft/core/task.hpp>
#include <weft/core/task_state.hpp>

#include <coroutine>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

template <class T = void>
class task_started;

namespace detail {

/// What a child of task_group::start() and the task that starts it share.
///
/// Ownership:  the starting task, while it waits, and every task_started.
/// Invariants: `child_` is set while the starting task waits; `ready_` once it has got what the child says.
class start_handshake : private waiter, private completion_listener {
 public:
  start_handshake() noexcept = default;
  start_handshake(const start_handshake&) = delete;
  start_handshake& operator=(const start_handshake&) = delete;

  class awaiter {
   public:
    awaiter(start_handshake& of, task_state& child) noexcept : handshake_(&of), child_(&child) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) const noexcept { handshake_->suspend(caller, *child_); }
    void await_resume() const { handshake_->settle(*child_); }

   private:
    start_handshake* handshake_;
    task_state* child_;
  };
  /// Waits until `child`, which has not run yet, is ready or has ended. Throws what it failed with before it was ready.
  [[nodiscard]] awaiter wait_for(task_state& child) noexcept { return {*this, child}; }

 protected:
  ~start_handshake() = default;

  /// Throws std::logic_error the second time. Gives whether the starting task waits for it.
  [[nodiscard]] bool say();
  void wake_starter() noexcept;

 private:
  void suspend(std::coroutine_handle<> caller, task_state& child) noexcept;
  void settle(task_state& child) const;
  void completed(task_state& ended) noexcept override;
  /// The child ends first: what it has begun is taken back when the starting task goes on.
  void abort() noexcept override;
  [[nodiscard]] const char* what() const noexcept override { return "the start of a child"; }
  [[nodiscard]] const task_state* holder() const noexcept override { return child_; }

  task_state* starter_ = nullptr;
  task_state* child_ = nullptr;
  bool said_ = false;
  bool ready_ = false;
  bool given_up_ = false;
};

template <class T>
class start_result final : public start_handshake {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  void set(value_type value) {
    if (!say()) return;
    value_.emplace(std::move(value));
    wake_starter();
  }
  [[nodiscard]] value_type take() { return std::move(*value_); }

 private:
  std::optional<value_type> value_;
};

}  // namespace detail

/// With which a child of task_group::start() says that it is ready: `started(value)`, or `started()` for void.
///
/// Ownership:    shares what it writes to; copies are as good, and harmless when the child has ended.
/// Threads:      the loop of the child.
/// Cancellation: no waiting point; once start() was cancelled, it does nothing.
/// Errors:       std::logic_error the second time.
template <class T>
class task_started {
 public:
  explicit task_started(std::shared_ptr<detail::start_result<T>> result) noexcept : result_(std::move(result)) {}

  void operator()(T value) const { result_->set(std::move(value)); }

 private:
  std::shared_ptr<detail::start_result<T>> result_;
};

template <>
class task_started<void> {
 public:
  explicit task_started(std::shared_ptr<detail::start_result<void>> result) noexcept : result_(std::move(result)) {}

  void operator()() const { result_->set({}); }

 private:
  std::shared_ptr<detail::start_result<void>> result_;
};

}  // namespace weft

#pragma once

#include <weft/core/promise_base.hpp>

#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

template <class T = void>
class task;

namespace detail {

/// Destroys a coroutine that no one has awaited or spawned. In debug builds, and with WEFT_DEBUG=1 in the environment,
/// the log names it, unless an exception or a kill explains it.
void drop_unawaited(std::coroutine_handle<> made) noexcept;

template <class T>
class promise final : public promise_base {
 public:
  task<T> get_return_object() noexcept;
  void unhandled_exception() noexcept { outcome_.template emplace<2>(std::current_exception()); }
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    outcome_.template emplace<1>(std::forward<U>(value));
  }
  T take() {
    if (outcome_.index() == 2) std::rethrow_exception(std::get<2>(std::move(outcome_)));
    return std::get<1>(std::move(outcome_));
  }
  [[nodiscard]] std::variant<std::monostate, T, std::exception_ptr>& outcome() noexcept { return outcome_; }

 private:
  std::variant<std::monostate, T, std::exception_ptr> outcome_;
};

template <>
class promise<void> final : public promise_base {
 public:
  task<void> get_return_object() noexcept;
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  void return_void() const noexcept {}
  void take() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }
  [[nodiscard]] std::exception_ptr& error() noexcept { return error_; }

 private:
  std::exception_ptr error_;
};

}  // namespace detail

/// A coroutine that has not started: awaiting it runs it, inside the awaiting task, and gives its value or rethrows its
/// exception.
///
/// Ownership:    owns the coroutine; dropped without being awaited, the body never runs, which debug builds and
///               WEFT_DEBUG=1 write to the log.
/// Lifetime:     a coroutine's reference parameters must outlive it; spawn() copies its arguments, co_await f(x) keeps
///               temporaries alive.
/// Threads:      awaited on the loop where it is to run; not shareable.
/// Cancellation: awaiting is no waiting point by itself; the body's own waits are.
/// Errors:       awaiting one that is empty, or was awaited before, throws std::logic_error.
/// Cost:         one frame from the per-thread free list; awaiting does not grow the stack.
template <class T>
class [[nodiscard]] task {
 public:
  using value_type = T;
  using promise_type = detail::promise<T>;

  task() noexcept = default;
  task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    task(std::move(other)).swap(*this);
    return *this;
  }
  ~task() {
    if (coroutine_) detail::drop_unawaited(coroutine_);
  }

  void swap(task& other) noexcept { std::swap(coroutine_, other.coroutine_); }

  /// Whether it holds a coroutine: false when default constructed or moved from.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(coroutine_); }

 private:
  friend promise_type;
  friend struct task_access;

  explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> coroutine_;
};

/// The coroutine inside a task, for the runtime.
struct task_access {
  template <class T>
  [[nodiscard]] static std::coroutine_handle<detail::promise<T>> coroutine(const task<T>& from) noexcept {
    return from.coroutine_;
  }
  /// Takes the coroutine out: whoever has it destroys it.
  template <class T>
  [[nodiscard]] static std::coroutine_handle<detail::promise<T>> release(task<T>& from) noexcept {
    return std::exchange(from.coroutine_, nullptr);
  }
  /// Destroys the coroutine, if there is one, whether or not it was awaited.
  template <class T>
  static void destroy(task<T>& from) noexcept {
    if (const auto coroutine = release(from)) coroutine.destroy();
  }
};

namespace detail {

/// Throws std::logic_error: it holds no coroutine, or no longer.
[[noreturn]] void throw_empty_task();

template <class T>
class task_awaiter {
 public:
  explicit task_awaiter(task<T>&& awaited) noexcept : awaited_(task_access::release(awaited)) {}
  task_awaiter(const task_awaiter&) = delete;
  task_awaiter& operator=(const task_awaiter&) = delete;
  ~task_awaiter() {
    if (awaited_) awaited_.destroy();
  }

  [[nodiscard]] bool await_ready() const {
    if (!awaited_) [[unlikely]]
      throw_empty_task();
    return false;
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept {
    awaited_.promise().set_continuation(caller);
    this_scheduler.next = awaited_;
  }
  T await_resume() { return awaited_.promise().take(); }

 private:
  std::coroutine_handle<promise<T>> awaited_;
};

template <class T>
task<T> promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}

inline task<void> promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

}  // namespace detail

}  // namespace weft

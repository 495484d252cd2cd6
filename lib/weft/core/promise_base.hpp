#pragma once

#include <weft/core/frame_allocator.hpp>
#include <weft/core/scheduler.hpp>

#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class task;

namespace detail {

void body_ended(task_state& state) noexcept;

/// How co_await treats an operand that is not an awaitable of weft: specialised for Asio's deferred operations in
/// asio.hpp.
template <class T>
struct foreign_awaitable {};

template <class T>
concept is_foreign = requires { typename foreign_awaitable<T>::awaiter; };

template <class T>
class task_awaiter;

/// What the promises of all of weft's coroutines share: who awaits the coroutine, and where it waits itself.
///
/// Invariant: at the start of the promise, whose alignment is at most that of operator new: see of().
class promise_base {
 public:
  struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      static_assert(alignof(Promise) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__, "task<T>: T is over-aligned: use a pointer");
      const promise_base& promise = self.promise();
      if (promise.continuation_) {
        this_scheduler.next = promise.continuation_;
      } else {
        body_ended(*this_scheduler.current);
      }
    }
    void await_resume() const noexcept {}
  };

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* block, std::size_t size) noexcept { free_frame(block, size); }

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }

  // Every awaiter is passed by value: g++ 12 gives awaiters returned by reference a wrong `this`.
  template <class T>
  [[nodiscard]] task_awaiter<T> await_transform(task<T>&& awaited,
                                                std::source_location where = std::source_location::current()) noexcept {
    awaits_at(where);
    return task_awaiter<T>(std::move(awaited));
  }
  template <class T>
  void await_transform(task<T>& named) = delete;  // a task is awaited once: write co_await std::move(task)
  template <class Operation>
    requires is_foreign<std::remove_cvref_t<Operation>>
  [[nodiscard]] auto await_transform(Operation&& operation,
                                     std::source_location where = std::source_location::current()) {
    awaits_at(where);
    return typename foreign_awaitable<std::remove_cvref_t<Operation>>::awaiter(std::forward<Operation>(operation));
  }
  template <class Awaitable>
    requires(!is_foreign<std::remove_cvref_t<Awaitable>>)
  [[nodiscard]] Awaitable await_transform(Awaitable&& awaitable,
                                          std::source_location where = std::source_location::current()) {
    awaits_at(where);
    return std::forward<Awaitable>(awaitable);
  }

  void set_continuation(std::coroutine_handle<> continuation) noexcept { continuation_ = continuation; }
  /// The coroutine that awaits this one; null for the first of a task.
  [[nodiscard]] std::coroutine_handle<> continuation() const noexcept { return continuation_; }
  /// Where its last co_await stands.
  [[nodiscard]] std::source_location site() const noexcept { return site_; }
  /// The promise of a coroutine whose type is not known. Precondition: it is one of weft's.
  [[nodiscard]] static const promise_base& of(std::coroutine_handle<> coroutine) noexcept {
    return std::coroutine_handle<promise_base>::from_address(coroutine.address()).promise();
  }

 private:
  void awaits_at(std::source_location where) noexcept {
    site_ = where;
    this_scheduler.last_await = where;
  }

  std::coroutine_handle<> continuation_;
  std::source_location site_;
};

}  // namespace detail

}  // namespace weft

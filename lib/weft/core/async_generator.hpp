#pragma once

#include <weft/core/cancel_scope.hpp>
#include <weft/core/promise_base.hpp>

#include <cassert>
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class async_generator;

namespace detail {

/// The part of an async_generator's promise that does not depend on what it makes.
///
/// Invariant: `running_` while a task is inside of next() or close(), which is the coroutine's continuation.
class async_generator_promise_base : public promise_base {
 public:
  /// Gives control back to who asked.
  struct yield_awaiter {
    [[nodiscard]] bool await_ready() const {
      promise->check_open();
      return false;
    }
    void await_suspend(std::coroutine_handle<> /*self*/) const noexcept {
      promise->running_ = false;
      promise->scopes_.put_aside(current_task(), promise->outside_);
      this_scheduler.next = promise->continuation();
    }
    void await_resume() const { promise->check_open(); }
    async_generator_promise_base* promise;
  };

  struct final_awaiter : promise_base::final_awaiter {
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      self.promise().running_ = false;
      promise_base::final_awaiter::await_suspend(self);
    }
  };

  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  void return_void() const noexcept {}

  [[nodiscard]] bool is_running() const noexcept { return running_; }
  [[nodiscard]] bool has_begun() const noexcept { return begun_; }
  void resume_from(std::coroutine_handle<> caller, std::coroutine_handle<> self) noexcept {
    assert(!running_ && "async_generator: two tasks ask at the same time");
    begun_ = running_ = true;
    outside_ = current_task().scopes;
    scopes_.restore(current_task());
    set_continuation(caller);
    this_scheduler.next = self;
  }
  void rethrow() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }
  void begin_closing();
  /// Throws what the body failed with while it was closed; that it was closed is no failure.
  void settle_closing();

 private:
  void check_open() const {
    if (closed_) std::rethrow_exception(closed_);
  }

  scope_chain scopes_;               // those of the body, while it stands at a co_yield
  cancel_scope* outside_ = nullptr;  // what is around the body
  std::exception_ptr error_;
  std::exception_ptr closed_;  // what each co_yield throws once close() was called
  bool begun_ = false;
  bool running_ = false;
};

template <class T>
class async_generator_promise final : public async_generator_promise_base {
 public:
  async_generator<T> get_return_object() noexcept;
  template <class U = T>
    requires std::constructible_from<T, U&&>
  [[nodiscard]] yield_awaiter yield_value(U&& value) {
    current.emplace(std::forward<U>(value));
    return yield_awaiter{this};
  }
  std::optional<T> current;
};

}  // namespace detail

/// Values that a coroutine makes one at a time and may have to wait for: Python's asynchronous generator.
///
///     while (auto x = co_await g.next()) use(*x);
///
/// Ownership:    owns the coroutine; dropped early, the locals of the body are destroyed where it stands. Cleanup that
///               has to wait: write it behind a try in the body, and leave the loop through `co_await g.close()`.
/// Lifetime:     reference parameters of the body must outlive it; dropped only while no task is inside of next().
/// Threads:      one loop; one task at a time.
/// Cancellation: the body runs in the task that asks: a kill ends the wait the body is in, and the generator with it.
/// Errors:       what the body throws comes out of the next() that met it; it is at its end then.
/// Cost:         one frame from the per-thread free list; a step costs what awaiting a task that is ready does.
template <class T>
class [[nodiscard]] async_generator {
  static_assert(std::is_object_v<T>, "async_generator<T>: T is a value; yield pointers or std::reference_wrapper");

 public:
  using promise_type = detail::async_generator_promise<T>;
  class next_awaiter;
  class close_awaiter;

  async_generator() noexcept = default;
  async_generator(async_generator&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  async_generator& operator=(async_generator&& other) noexcept {
    async_generator old(std::move(other));
    std::swap(coroutine_, old.coroutine_);
    return *this;
  }
  ~async_generator() {
    assert((!coroutine_ || !coroutine_.promise().is_running()) && "async_generator: dropped while a task waits for it");
    if (coroutine_) coroutine_.destroy();
  }

  /// The next value; nothing at the end, and ever after.
  [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(coroutine_); }

  /// Ends the body: the co_yield it stands at throws `cancelled`, and so does every later one. Completes when the body
  /// has ended; its waits work as usual meanwhile. Does nothing before the first next() and after the end.
  /// Errors: what the body throws instead.
  [[nodiscard]] close_awaiter close() noexcept { return close_awaiter(coroutine_); }

  /// Whether the body has ended.
  [[nodiscard]] bool is_done() const noexcept { return !coroutine_ || coroutine_.done(); }

 private:
  friend promise_type;
  explicit async_generator(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
class async_generator<T>::next_awaiter {
 public:
  explicit next_awaiter(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  [[nodiscard]] bool await_ready() const noexcept { return !coroutine_ || coroutine_.done(); }
  void await_suspend(std::coroutine_handle<> caller) noexcept { coroutine_.promise().resume_from(caller, coroutine_); }
  std::optional<T> await_resume() {
    if (!coroutine_) return std::nullopt;
    coroutine_.promise().rethrow();
    if (coroutine_.done()) return std::nullopt;
    return std::move(coroutine_.promise().current);
  }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
class async_generator<T>::close_awaiter {
 public:
  explicit close_awaiter(std::coroutine_handle<promise_type>& coroutine) noexcept : coroutine_(&coroutine) {}

  [[nodiscard]] bool await_ready() const noexcept {
    return !*coroutine_ || coroutine_->done() || !coroutine_->promise().has_begun();
  }
  void await_suspend(std::coroutine_handle<> caller) {
    coroutine_->promise().begin_closing();
    coroutine_->promise().resume_from(caller, *coroutine_);
  }
  void await_resume() {
    const auto closed = std::exchange(*coroutine_, nullptr);
    if (!closed) return;
    const frame_owner owner(closed);
    closed.promise().settle_closing();
  }

 private:
  struct frame_owner {
    explicit frame_owner(std::coroutine_handle<promise_type> owned) noexcept : coroutine(owned) {}
    frame_owner(const frame_owner&) = delete;
    frame_owner& operator=(const frame_owner&) = delete;
    ~frame_owner() { coroutine.destroy(); }
    std::coroutine_handle<promise_type> coroutine;
  };

  std::coroutine_handle<promise_type>* coroutine_;
};

template <class T>
async_generator<T> detail::async_generator_promise<T>::get_return_object() noexcept {
  return async_generator<T>(std::coroutine_handle<async_generator_promise>::from_promise(*this));
}

}  // namespace weft

#pragma once

#include <weft/core/frame_allocator.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace weft {

template <class T, class In = void, class Result = void>
class generator;

namespace detail {

/// What `co_yield` gives back inside the generator: what was sent.
template <class In>
struct sent_value {
  // A generator that is asked with next() gets an empty In, as Python's gets None.
  In take() {
    if (!value) {
      if constexpr (std::default_initializable<In>) {
        return In();
      } else {
        throw std::logic_error("next() of a generator that has to be sent a value");
      }
    }
    In taken = std::move(*value);
    value.reset();
    return taken;
  }
  std::optional<In> value;
};

template <>
struct sent_value<void> {
  void take() const noexcept {}
};

template <class Result>
struct generator_result {
  template <class U = Result>
    requires std::constructible_from<Result, U&&>
  void return_value(U&& value) {
    result.emplace(std::forward<U>(value));
  }
  std::optional<Result> result;
};

template <>
struct generator_result<void> {
  void return_void() const noexcept {}
};

template <class T, class In, class Result>
class generator_promise : public generator_result<Result> {
 public:
  struct yield_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> /*self*/) const noexcept {}
    In await_resume() const { return promise->sent.take(); }
    generator_promise* promise;
  };

  static void* operator new(std::size_t size) {
    static_assert(alignof(generator_promise) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "generator: an over-aligned type: yield a pointer to it");
    return allocate_frame(size);
  }
  static void operator delete(void* block, std::size_t size) noexcept { free_frame(block, size); }

  generator<T, In, Result> get_return_object() noexcept;
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] std::suspend_always final_suspend() const noexcept { return {}; }
  template <class U = T>
    requires std::constructible_from<T, U&&>
  [[nodiscard]] yield_awaiter yield_value(U&& value) {
    current.emplace(std::forward<U>(value));
    return yield_awaiter{this};
  }
  void unhandled_exception() noexcept { error = std::current_exception(); }
  /// A generator does not wait: use async_generator.
  template <class U>
  void await_transform(U&&) = delete;

  std::optional<T> current;
  [[no_unique_address]] sent_value<In> sent;
  std::exception_ptr error;
  bool begun = false;
};

}  // namespace detail

/// Values that a coroutine makes one at a time, when they are asked for: Python's generator.
///
/// `co_yield value` gives a value out and, with an `In`, evaluates to what the next send() brings; next() brings an
/// empty In. `co_return value` is the result(): StopIteration.value.
///
/// Ownership:    owns the coroutine; dropped early, the locals of the body are destroyed where it stands.
/// Lifetime:     reference parameters of the body must outlive it.
/// Threads:      one at a time; needs no loop. The body cannot co_await.
/// Errors:       what the body throws comes out of the next() or send() that met it; it is at its end then.
/// Cost:         one frame from the per-thread free list; each step is one resumption.
template <class T, class In, class Result>
class [[nodiscard]] generator : public std::ranges::view_base {
  static_assert(std::is_object_v<T>, "generator<T>: T is a value; yield pointers or std::reference_wrapper");
  static_assert(std::is_void_v<In> || std::is_object_v<In>, "generator<T, In>: what is sent is a value");

 public:
  using promise_type = detail::generator_promise<T, In, Result>;
  class iterator;

  generator() noexcept = default;
  generator(generator&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  generator& operator=(generator&& other) noexcept {
    generator old(std::move(other));
    std::swap(coroutine_, old.coroutine_);
    return *this;
  }
  ~generator() {
    if (coroutine_) coroutine_.destroy();
  }

  /// The next value; nothing at the end, and ever after.
  std::optional<T> next() {
    if (!advance()) return std::nullopt;
    return std::move(coroutine_.promise().current);
  }

  /// Goes on with `value` as what the co_yield it stands at gives, and gives the next value. Nothing at the end.
  /// Errors: std::logic_error before the first next(): no co_yield waits for a value yet.
  template <class U = In>
    requires(!std::is_void_v<U>)
  std::optional<T> send(U value) {
    if (is_done()) return std::nullopt;
    if (!coroutine_.promise().begun) throw std::logic_error("send() to a generator that has not begun");
    coroutine_.promise().sent.value.emplace(std::move(value));
    return next();
  }

  /// Whether the body has ended.
  [[nodiscard]] bool is_done() const noexcept { return !coroutine_ || coroutine_.done(); }

  /// What the body returned. Errors: std::logic_error when it has not ended, or ended with an exception.
  template <class U = Result>
    requires(!std::is_void_v<U>)
  [[nodiscard]] U& result() {
    if (!coroutine_ || !coroutine_.promise().result) throw std::logic_error("the generator has no result");
    return *coroutine_.promise().result;
  }

  /// For range-for, which goes on where next() has stopped.
  [[nodiscard]] iterator begin() { return iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend promise_type;
  explicit generator(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  /// Runs the body to its next co_yield; gives whether there is one.
  bool advance();

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T, class In, class Result>
class generator<T, In, Result>::iterator {
 public:
  using value_type = T;
  using difference_type = std::ptrdiff_t;

  explicit iterator(generator& owner) : owner_(&owner) { ++*this; }

  [[nodiscard]] T& operator*() const noexcept { return *owner_->coroutine_.promise().current; }
  [[nodiscard]] T* operator->() const noexcept { return &**this; }
  iterator& operator++() {
    owner_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const iterator& at, std::default_sentinel_t) noexcept { return at.owner_->is_done(); }

 private:
  generator* owner_;
};

template <class T, class In, class Result>
bool generator<T, In, Result>::advance() {
  if (is_done()) return false;
  promise_type& promise = coroutine_.promise();
  promise.begun = true;
  coroutine_.resume();
  if (promise.error) std::rethrow_exception(std::exchange(promise.error, nullptr));
  return !coroutine_.done();
}

template <class T, class In, class Result>
generator<T, In, Result> detail::generator_promise<T, In, Result>::get_return_object() noexcept {
  return generator<T, In, Result>(std::coroutine_handle<generator_promise>::from_promise(*this));
}

}  // namespace weft

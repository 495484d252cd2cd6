#pragma once

#include <weft/core/frame_allocator.hpp>
#include <weft/core/task.hpp>
#include <weft/core/task_state.hpp>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace weft::detail {

/// A task_state with room for an R.
template <class R>
class result_state : public task_state {
 public:
  /// The value of an ended task: a copy where R can be copied, else the value itself, once. Rethrows the task's error.
  R get() {
    if (const auto& error = look_at_error()) std::rethrow_exception(error);
    if constexpr (std::is_copy_constructible_v<R>) {
      return *value_;
    } else {
      return take();
    }
  }
  /// The value itself; for the last one who looks.
  R take() {
    if (const auto& error = look_at_error()) std::rethrow_exception(error);
    if (!value_) throw std::logic_error("the result of a task was taken twice");
    R value = std::move(*value_);
    value_.reset();
    return value;
  }

 protected:
  void take_from(promise<R>& from) noexcept {
    auto& outcome = from.outcome();
    try {
      if (outcome.index() == 1) value_.emplace(std::get<1>(std::move(outcome)));
      if (outcome.index() == 2) this->failure = std::get<2>(std::move(outcome));
    } catch (...) {
      this->failure = std::current_exception();
    }
  }

 private:
  std::optional<R> value_;
};

template <>
class result_state<void> : public task_state {
 public:
  void get() {
    if (const auto& error = look_at_error()) std::rethrow_exception(error);
  }
  void take() { get(); }

 protected:
  void take_from(promise<void>& from) noexcept { this->failure = std::move(from.error()); }
};

template <class F, class... Args>
using spawn_result_t = std::invoke_result_t<F, Args...>;

/// The task made by spawn(f, args...). Callable and arguments live until the coroutine made from them is destroyed.
template <class R, class F, class... Args>
class spawned final : public result_state<R> {
 public:
  explicit spawned(F&& f, Args&&... args) {
    std::construct_at(&call_, std::move(f), std::move(args)...);
    this->has_call_ = true;
  }

  static void* operator new(std::size_t size) {
    static_assert(alignof(spawned) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "spawn(f, args...): over-aligned arguments: pass a pointer to them");
    return allocate_frame(size);
  }
  static void operator delete(void* block, std::size_t size) noexcept { free_frame(block, size); }

 private:
  ~spawned() {
    task_access::destroy(body_);
    if (this->has_call_) std::destroy_at(&call_);
  }

  std::coroutine_handle<> start() override {
    body_ = std::apply([](F& f, Args&... args) { return std::invoke(std::move(f), std::move(args)...); }, call_);
    if (!body_) throw std::logic_error("a spawned function gave an empty task");
    return task_access::coroutine(body_);
  }
  void finish() noexcept override {
    if (body_) this->take_from(task_access::coroutine(body_).promise());
    task_access::destroy(body_);
    this->has_call_ = false;
    std::destroy_at(&call_);
  }
  const char* type_name() const noexcept override { return typeid(F).name(); }
  void destroy_self() noexcept override { delete this; }

  union {
    std::tuple<F, Args...> call_;  // alive while has_call_
  };
  task<R> body_;
};

/// The task made from a coroutine that exists already: what gather() and race() run.
template <class R>
class adopted final : public result_state<R> {
 public:
  explicit adopted(task<R>&& body) noexcept : body_(std::move(body)) {}

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* block, std::size_t size) noexcept { free_frame(block, size); }

 private:
  ~adopted() { task_access::destroy(body_); }

  std::coroutine_handle<> start() override {
    if (!body_) throw std::logic_error("an empty task was run");
    return task_access::coroutine(body_);
  }
  void finish() noexcept override {
    if (body_ && this->status() != task_status::created) this->take_from(task_access::coroutine(body_).promise());
    task_access::destroy(body_);
  }
  const char* type_name() const noexcept override { return typeid(task<R>).name(); }
  void destroy_self() noexcept override { delete this; }

  task<R> body_;
};

}  // namespace weft::detail

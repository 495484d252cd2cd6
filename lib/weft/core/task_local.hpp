#pragma once

#include <weft/core/task_state.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft {

/// A variable of which every task has its own: made at the task's first use, destroyed when the task has ended.
///
///     task_local<int> depth;                            // at namespace scope
///     ++*depth;
///
/// Children start with their own; for what they are to inherit see context.
///
/// Lifetime: outlives the tasks that use it. Threads: any; used inside of a task.
/// Cost:     one allocation at the first use in a task; a use is O(task_locals the task has used).
template <class T>
class task_local {
 public:
  task_local()
    requires std::default_initializable<T>
  = default;
  /// Every task begins with a copy of `initial`.
  explicit task_local(T initial)
    requires std::copy_constructible<T>
      : initial_(std::move(initial)) {}
  task_local(const task_local&) = delete;
  task_local& operator=(const task_local&) = delete;

  /// The running task's value.
  [[nodiscard]] T& get() const {
    if (const auto* values = detail::current_task().values()) {
      if (detail::task_value* found = values->find_own(this)) return static_cast<node*>(found)->value;
    }
    return add(make_initial());
  }
  [[nodiscard]] T& operator*() const { return get(); }
  [[nodiscard]] T* operator->() const { return &get(); }

  void set(T value) const {
    if (T* present = find()) {
      *present = std::move(value);
    } else {
      add(std::move(value));
    }
  }
  /// The value if the running task has used it; else null.
  [[nodiscard]] T* find() const noexcept {
    const auto* values = detail::current_task().values();
    detail::task_value* found = values != nullptr ? values->find_own(this) : nullptr;
    return found != nullptr ? &static_cast<node*>(found)->value : nullptr;
  }
  /// Destroys the running task's value; the next use makes a new one.
  void reset() const noexcept {
    if (auto* values = detail::current_task().values()) const auto taken = values->take_own(this);
  }

 private:
  struct node final : detail::task_value {
    node(const void* of, T&& first) : task_value(of), value(std::move(first)) {}
    T value;
  };
  struct no_initial {};

  [[nodiscard]] T make_initial() const {
    if constexpr (std::copy_constructible<T>) {
      return initial_;
    } else {
      return T();
    }
  }
  T& add(T&& value) const {
    auto made = std::make_unique<node>(this, std::move(value));
    T& result = made->value;
    detail::current_task().make_values().add_own(std::move(made));
    return result;
  }

  [[no_unique_address]] std::conditional_t<std::copy_constructible<T>, T, no_initial> initial_{};
};

}  // namespace weft

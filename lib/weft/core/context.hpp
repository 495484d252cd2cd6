#pragma once

#include <weft/core/task_state.hpp>

#include <cassert>
#include <memory>
#include <utility>

namespace weft {

/// A value that a task and the tasks it spawns see: the id of a request, the user it is for.
///
///     context<std::string> request_id;                  // at namespace scope
///     const auto bound = request_id.bind("42");         // until the end of the block, here and in what is spawned in it
///     log(request_id.get());
///
/// A child, also on another loop, keeps what was bound when it was spawned, also when the binding of its parent has ended since; what it binds
/// itself its parent does not see.
///
/// Lifetime: outlives the tasks that use it. Threads: any; the values are shared and constant.
/// Cost:     nothing for tasks without bindings, a reference count for each spawn under one; get() is O(bindings).
template <class T>
class context {
 public:
  class binding;

  /// `initial` is what a task sees where nothing was bound.
  explicit context(T initial = T()) : initial_(std::move(initial)) {}
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  /// The value in the running task; outside of tasks the initial one. Valid while its binding is, here or where it was
  /// inherited from, and until the task ends.
  [[nodiscard]] const T& get() const noexcept {
    detail::task_state* task = detail::this_scheduler.current;
    const detail::task_value_list* values = task != nullptr ? task->values() : nullptr;
    const auto* found = values != nullptr ? values->find_binding(this) : nullptr;
    return found != nullptr ? static_cast<const link*>(found)->value : initial_;
  }
  [[nodiscard]] const T& operator*() const noexcept { return get(); }
  [[nodiscard]] const T* operator->() const noexcept { return &get(); }

  /// Binds `value` in the running task until what it gives is destroyed.
  [[nodiscard]] binding bind(T value) const { return binding(*this, std::move(value)); }

 private:
  struct link final : detail::context_binding {
    link(const context& of, T bound, std::shared_ptr<const detail::context_binding> before)
        : context_binding(&of, std::move(before)), value(std::move(bound)) {}
    T value;
  };

  T initial_;
};

/// A value bound to a context.
///
/// Lifetime: a local of a coroutine; the bindings of one task end in the reverse order of their beginning, and none is
/// held across a co_yield.
template <class T>
class [[nodiscard]] context<T>::binding {
 public:
  binding(const binding&) = delete;
  binding& operator=(const binding&) = delete;
  ~binding() {
    detail::task_value_list& values = *task_->values();
    assert(values.bindings().get() == mine_ && "context: bindings end in the reverse order of their beginning");
    if (values.bindings().get() == mine_) values.set_bindings(mine_->outer);
  }

 private:
  friend class context;

  binding(const context& of, T value) : task_(&detail::current_task()) {
    detail::task_value_list& values = task_->make_values();
    auto made = std::make_shared<link>(of, std::move(value), values.bindings());
    mine_ = made.get();
    values.set_bindings(std::move(made));
  }

  detail::task_state* task_;
  const link* mine_;
};

}  // namespace weft

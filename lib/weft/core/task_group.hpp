#pragma once

#include <weft/core/cancel_scope.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_started.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// What the first failure of a child does: end its siblings and the body, or only be kept.
enum class on_error { cancel, collect };

struct task_group_options {
  /// Children that may run at the same time; none: any number. scope() throws std::invalid_argument for 0.
  std::optional<std::size_t> max = {};
  weft::on_error on_error = weft::on_error::cancel;
};

namespace detail {

/// Waits until a child that found no room has started; gives its handle.
template <class R>
class group_spawn_awaiter;

/// Where a child without room waits for its start.
class start_gate;

}  // namespace detail

/// Child tasks that have all ended when scope() returns.
///
/// Ownership:    owns its children; spawn() moves the callable and its arguments into the child.
/// Lifetime:     usable only inside the body of scope() and in its children; never store a reference that outlives
///               them.
/// Threads:      confined to the loop that runs the body.
/// Cancellation: cancelling the caller cancels the children, then waits for them.
/// Errors:       the first failure cancels the siblings and reaches the caller; several become an error_group. A child
///               that was killed on purpose is no failure.
/// Cost:         spawn is one allocation and the frame of f.
class task_group final : private detail::child_list {
 public:
  /// Starts `f(args...)` as a child: at once where there is room, else as soon as another child has ended. Awaited, it
  /// waits for the start and gives the child's handle; as a plain statement it goes on at once.
  template <class F, class... Args>
    requires(!detail::is_made_task<F> && !std::is_same_v<F, spawn_options>)
  [[gnu::noinline]] auto spawn(F f, Args... args) {
    return spawn_child({}, __builtin_return_address(0), std::move(f), detail::stored(args)...);
  }
  template <class F, class... Args>
    requires(!detail::is_made_task<F>)
  [[gnu::noinline]] auto spawn(spawn_options options, F f, Args... args) {
    return spawn_child(std::move(options), __builtin_return_address(0), std::move(f), detail::stored(args)...);
  }
  /// Refused: write spawn(f, x) instead of spawn(f(x)).
  template <class R, class... Args>
  void spawn(task<R>, Args...) = delete;  // it is made already: write spawn(f, x) instead of spawn(f(x))
  template <class R, class... Args>
  void spawn(spawn_options, task<R>, Args...) = delete;  // write spawn(options, f, x) instead of f(x)

  /// Starts `f(started, args...)` as a child, with a task_started<T>, and waits until the child has called it; gives
  /// the value it said, a child that goes on meanwhile: `const int port = co_await group.start<int>(serve, address)`.
  ///
  /// Cancellation: of the caller kills the child, and has seen its end.
  /// Errors:       what the child fails with before it has started reaches the caller alone, not the group;
  ///               std::logic_error when it ends without having said anything. Behind that it is a child like others.
  template <class T = void, class F, class... Args>
    requires(!detail::is_made_task<F> && !std::is_same_v<F, spawn_options>)
  [[nodiscard, gnu::noinline]] task<T> start(F f, Args... args) {
    return start_child<T>(spawn_options(), __builtin_return_address(0), std::move(f), detail::stored(args)...);
  }
  template <class T = void, class F, class... Args>
    requires(!detail::is_made_task<F>)
  [[nodiscard, gnu::noinline]] task<T> start(spawn_options options, F f, Args... args) {
    return start_child<T>(std::move(options), __builtin_return_address(0), std::move(f), detail::stored(args)...);
  }

  /// Cancels the children and the body of the scope.
  void cancel(std::string reason = "the group was cancelled",
              std::source_location where = std::source_location::current());

  /// Children that have not ended, those waiting for room included.
  [[nodiscard]] std::size_t size() const noexcept { return child_list::size(); }

 private:
  friend struct group_access;
  friend class detail::start_gate;

  explicit task_group(task_group_options options);

  template <class F, class... Args>
  [[gnu::always_inline]] auto spawn_child(spawn_options options, const void* site, F&& f, Args&&... args) {
    static_assert(std::is_invocable_v<F, Args...>,
                  "spawn(f, args...): f cannot be called with these arguments (they are moved in; for a parameter T& "
                  "write borrowed(x))");
    static_assert(detail::returns_task<F, Args...>, "spawn(f, args...): f must return a weft::task");
    using result = typename std::invoke_result_t<F, Args...>::value_type;
    auto child = detail::make_child<detail::spawned<result, F, Args...>>(*this, site, std::forward<F>(f),
                                                                         std::forward<Args>(args)...);
    if (!options.name.empty()) child->set_name(std::move(options.name));
    admit(*child);
    return detail::group_spawn_awaiter<result>(std::move(child));
  }
  // By value: they are moved into the frame of this coroutine before it first waits.
  template <class T, class F, class... Args>
  task<T> start_child(spawn_options options, const void* site, F f, Args... args) {
    static_assert(detail::returns_task<F, task_started<T>, Args...>,
                  "start<T>(f, args...): f must take a task_started<T> before the arguments and return a weft::task");
    detail::current_task().check();
    const auto result = std::make_shared<detail::start_result<T>>();
    const auto spawned =
        spawn_child(std::move(options), site, std::move(f), task_started<T>(result), std::move(args)...);
    co_await result->wait_for(*spawned.child());
    if constexpr (!std::is_void_v<T>) co_return result->take();
  }
  [[nodiscard]] bool has_room() const noexcept { return !options_.max || running_ < *options_.max; }
  void admit(detail::task_state& child);
  void let_start(detail::task_state& child) noexcept;
  [[nodiscard]] bool child_ended(detail::task_state& child) noexcept override;
  [[nodiscard]] time_point deadline() const noexcept override { return body_.task()->deadline(&body_); }
  [[nodiscard]] const detail::task_state* joiner() const noexcept override { return joiner_; }
  void cancel(detail::cause_ptr cause) noexcept;

  task_group_options options_;
  cancel_scope body_;
  std::size_t running_ = 0;
  detail::fifo<detail::start_gate> held_back_;
  detail::task_state* joiner_ = nullptr;
  std::vector<task_error> errors_;
  std::exception_ptr body_cancellation_;
  detail::cause_ptr cause_;  // set once it is cancelled
  task_group* next_cancelled_ = nullptr;
};

/// What scope(), gather() and race() do with a group.
struct group_access {
  /// Ends the body, where that has not happened, and waits for all children. Not ended by a cancellation of the caller, which is passed on to the children instead.
  class join_awaiter;

  /// Throws std::invalid_argument when there would be room for no task at all.
  [[nodiscard]] static task_group make(task_group_options options) { return task_group(options); }
  [[nodiscard]] static task_group make(on_error policy) { return task_group({.max = {}, .on_error = policy}); }
  [[nodiscard]] static join_awaiter join(task_group& group) noexcept;
  /// Runs a coroutine that exists already as a child.
  template <class R>
  [[nodiscard]] static handle<R> adopt(task_group& group, task<R>&& body) {
    auto child = detail::make_child<detail::adopted<R>>(group, nullptr, std::move(body));
    group.admit(*child);
    return handle<R>(std::move(child));
  }
  /// The child behind what task_group::spawn() gives.
  template <class R>
  [[nodiscard]] static detail::state_ptr<detail::task_state> state(const detail::group_spawn_awaiter<R>& of) noexcept {
    return of.child();
  }
  /// The body has ended, with `error` or well: what it failed with cancels the children.
  static void end_body(task_group& group, const std::exception_ptr& error);
  /// Throws what the children and the body have failed with, or what cancelled them from outside.
  static void settle(task_group& group);
  /// The same, but throws the first failure and reports the others as unhandled.
  static void settle_first(task_group& group);
  /// The same, but throws no failure of a child.
  static void settle_any(task_group& group);
  [[noreturn]] static void throw_cancelled(task_group& group) { throw cancelled(group.cause_); }
};

class group_access::join_awaiter final : private detail::waiter {
 public:
  explicit join_awaiter(task_group& group) noexcept : group_(&group) {}

  [[nodiscard]] bool await_ready() const noexcept { return group_->size() == 0 && detail::may_go_on(); }
  void await_suspend(std::coroutine_handle<> caller);
  void await_resume() const noexcept {}

 private:
  void abort() noexcept override;
  [[nodiscard]] const char* what() const noexcept override { return "children"; }

  task_group* group_;
};

inline group_access::join_awaiter group_access::join(task_group& group) noexcept {
  group.body_.leave();
  return join_awaiter(group);
}

namespace detail {

/// Waits for the start of a held-back child.
class start_awaiter : private waiter {
 public:
  explicit start_awaiter(task_state& child) noexcept : child_(&child) {}

  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> caller) noexcept;
  void await_resume() const;

 private:
  void abort() noexcept override;
  [[nodiscard]] const char* what() const noexcept override { return "room in a group"; }

  task_state* child_;
  task_state* task_ = nullptr;
};

template <class R>
class group_spawn_awaiter {
 public:
  explicit group_spawn_awaiter(state_ptr<result_state<R>> child) noexcept : child_(std::move(child)), start_(*child_) {}

  [[nodiscard]] bool await_ready() const { return start_.await_ready(); }
  void await_suspend(std::coroutine_handle<> caller) noexcept { start_.await_suspend(caller); }
  [[nodiscard]] const state_ptr<result_state<R>>& child() const noexcept { return child_; }
  handle<R> await_resume() {
    start_.await_resume();
    return handle<R>(std::move(child_));
  }

 private:
  state_ptr<result_state<R>> child_;
  start_awaiter start_;
};

}  // namespace detail

/// Runs `f(group)` in the calling task and returns its result when the body and every child it spawned have ended.
///
/// Errors:       one failure, of the body or of a child, is rethrown as itself; several, or any under
/// on_error::collect, as error_group. Cancellation: of the caller reaches the body and the children; all have ended
/// when it is rethrown. group.cancel() is no failure:
///               scope() returns, or throws cancelled where the body was to give a value and did not.
/// Cost:         one frame beside that of the body.
template <class F>
std::invoke_result_t<F, task_group&> scope(task_group_options options, F f) {
  using result = typename std::invoke_result_t<F, task_group&>::value_type;
  task_group group = group_access::make(options);
  std::exception_ptr error;
  if constexpr (std::is_void_v<result>) {
    try {
      co_await std::invoke(f, group);
    } catch (...) {
      error = std::current_exception();
    }
    group_access::end_body(group, error);
    co_await group_access::join(group);
    group_access::settle(group);
  } else {
    std::optional<result> value;
    try {
      value.emplace(co_await std::invoke(f, group));
    } catch (...) {
      error = std::current_exception();
    }
    group_access::end_body(group, error);
    co_await group_access::join(group);
    group_access::settle(group);
    if (!value) group_access::throw_cancelled(group);
    co_return std::move(*value);
  }
}

template <class F>
std::invoke_result_t<F, task_group&> scope(F f) {
  return scope(task_group_options(), std::move(f));
}

}  // namespace weft

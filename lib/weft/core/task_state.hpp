#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/fifo.hpp>
#include <weft/core/promise_base.hpp>
#include <weft/core/scheduler.hpp>
#include <weft/core/task_values.hpp>
#include <weft/core/time.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cassert>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {
class cancel_scope;
}

namespace weft::detail {

class child_list;

/// What a suspended task waits on. Lives in the awaiter, inside the waiting coroutine's frame.
class waiter {
 public:
  /// Ends the wait because the task is cancelled: wakes the task now, or sees to it that it is woken soon.
  virtual void abort() noexcept = 0;
  /// What is waited for, in a word ("sleep", "join"), for reports.
  [[nodiscard]] virtual const char* what() const noexcept = 0;
  /// The name that the program gave to what is waited for; empty: none.
  [[nodiscard]] virtual const char* object() const noexcept { return ""; }
  /// The task that has to do something before the wait can end, where there is one: the owner of a lock, a joined task.
  [[nodiscard]] virtual const task_state* holder() const noexcept { return nullptr; }
  /// All of these tasks, where there may be several: writes as many of their ids as there is room for; gives how many.
  [[nodiscard]] virtual std::size_t holders(std::span<std::uint64_t> to) const noexcept;

 protected:
  ~waiter() = default;
};

/// Someone who wants to know that a task has ended.
class completion_listener : public fifo_hook {
 public:
  virtual void completed(task_state& ended) noexcept = 0;

 protected:
  ~completion_listener() = default;
};

enum class task_status : std::uint8_t { created, running, ok, failed, killed };

/// The control block of a spawned task: one allocation together with its callable, its arguments and its result.
///
/// Ownership:  counted: one reference of the loop from start to end, one of each handle. Not atomic.
/// Threads:    confined to its loop.
/// Invariants: a task has one innermost suspended coroutine (`resume_point`); it is either running, in the ready list,
/// waiting
///             (`waiting_on` set) or ended. `cancel_pending` caches whether the next wait has to throw.
class task_state : public fifo_hook {
  // What every step looks at stands first, in one cache line.
  std::uint32_t references_ = 0;
  task_status status_ = task_status::created;
  bool cancel_pending_ : 1 = false;
  bool killed_ : 1 = false;
  bool body_ended_ : 1 = false;
  bool observed_ : 1 = false;
  mutable bool kill_seen_ : 1 = false;

 protected:
  bool has_call_ : 1 = false;

 public:
  task_state(const task_state&) = delete;
  task_state& operator=(const task_state&) = delete;

  // The ready list, or the beginning of the wait (scheduler::turn_began).
  union {
    task_state* next_ready = nullptr;
    std::int64_t waiting_since;
  };
  // The suspended coroutine, which there is none of any more when body_ended(): then what it has failed with.
  union {
    std::coroutine_handle<> resume_point;
    std::exception_ptr failure;
  };
  waiter* waiting_on = nullptr;

  // Cancellation.
  cancel_scope* scopes = nullptr;
  boost::asio::cancellation_signal signal;

  [[nodiscard]] bool cancel_pending() const noexcept { return cancel_pending_; }
  /// Throws cancelled when the task is; every waiting point calls it before it waits.
  void check() const {
    if (cancel_pending_) [[unlikely]]
      throw_cancelled();
  }
  [[noreturn]] void throw_cancelled() const;
  /// Computes cancel_pending anew and, where it became true, ends the present wait.
  void refresh_cancellation() noexcept;
  /// Whether something outside of `scope` (or, for null, anything at all) cancels this task.
  [[nodiscard]] bool is_cancelled_outside(const cancel_scope* scope) const noexcept;
  void kill(std::string&& reason, std::source_location where = std::source_location());
  void kill(const cause_ptr& cause);
  /// What check() throws for; null: nothing cancels the task.
  [[nodiscard]] const cause_ptr& pending_cause() const noexcept;
  /// Whether it was killed; and whether the kill has been thrown at one of its waits.
  [[nodiscard]] bool is_killed() const noexcept { return killed_; }
  [[nodiscard]] bool has_seen_kill() const noexcept { return kill_seen_; }
  /// When the first deadline around `scope` (null: the innermost) is over, its own and the owner's included.
  [[nodiscard]] time_point deadline(const cancel_scope* scope = nullptr) const noexcept;

  // What is known about it.
  [[nodiscard]] task_status status() const noexcept { return status_; }
  [[nodiscard]] bool ended() const noexcept { return status_ >= task_status::ok; }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] std::string name() const;
  void set_name(std::string name) { more().name = std::move(name); }
  [[nodiscard]] const void* spawn_site() const noexcept { return spawn_site_; }
  /// The task that spawned it; 0: none did.
  [[nodiscard]] std::uint64_t parent_id() const noexcept { return parent_id_; }
  /// The given name, empty where there is none; and the type of the callable, mangled. Both live as long as the task.
  [[nodiscard]] std::string_view given_name() const noexcept { return extras_ ? extras_->name : std::string_view(); }
  [[nodiscard]] const char* callable_type() const noexcept { return type_name(); }
  /// Where the given name is kept; null: there is none. Reads nothing but this object: see sitting_thread.
  [[nodiscard]] const std::string* given_name_place() const noexcept {
    const extras* more = extras_.get();
    return more != nullptr ? &more->name : nullptr;
  }

  /// The error of an ended task; looking at it counts as having seen to it. Null before the end.
  [[nodiscard]] const std::exception_ptr& look_at_error() noexcept {
    observed_ |= ended();
    return error();
  }
  [[nodiscard]] bool is_observed() const noexcept { return observed_; }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return body_ended_ ? failure : none_; }
  void mark_observed() noexcept { observed_ = true; }

  // Values that belong to it: task_local and context.
  [[nodiscard]] task_value_list* values() noexcept { return extras_ ? &extras_->values : nullptr; }
  [[nodiscard]] const task_value_list* values() const noexcept { return extras_ ? &extras_->values : nullptr; }
  [[nodiscard]] task_value_list& make_values() { return more().values; }
  /// Makes it a child of a task of another loop, with the bindings that one had.
  void inherit(std::uint64_t parent, const std::shared_ptr<const context_binding>& bindings) {
    parent_id_ = parent;
    if (bindings != nullptr) more().values.set_bindings(bindings);
  }

  // Waiting for the end.
  void add_listener(completion_listener& listener) noexcept { listeners_.push_back(listener); }
  void remove_listener(completion_listener& listener) noexcept { listeners_.erase(listener); }
  void on_done(std::function<void()> callback) { more().on_done.push_back(std::move(callback)); }

  /// The task that waits for all of its group to end; null: none does, or it has no group.
  [[nodiscard]] const task_state* joiner() const noexcept;

  /// Whether the loop it belongs to is the one that runs this thread. Precondition: it has not ended.
  [[nodiscard]] bool is_at_home() const noexcept;

  // The life of a task, driven by the loop.
  void attach(child_list& owner, const void* spawn_site);
  void set_body_ended() noexcept {
    std::construct_at(&failure);
    body_ended_ = true;
  }
  /// Whether its last step is over, or has come to its end: nothing suspended is left.
  [[nodiscard]] bool body_ended() const noexcept { return body_ended_; }
  /// Resumes the task until it waits, yields or ends.
  void step() noexcept {
    scheduler& s = this_scheduler;
    s.current = this;
    s.credit = scheduler::credit_of_a_step;
    count_up(s.pulse.steps);
    if (s.hooks != nullptr) [[unlikely]]
      tell_step_begins();
    std::coroutine_handle<> running;
    if (status_ == task_status::created) {
      s.last_await = {};
      running = begin();
    } else {
      running = resume_point;
      s.last_await = promise_base::of(running).site();
    }
    while (running) {
      running.resume();
      running = std::exchange(s.next, nullptr);
    }
    if (s.hooks != nullptr) [[unlikely]]
      tell_step_ends();
    if (body_ended_) complete();
    s.current = nullptr;
  }

  void add_reference() noexcept { ++references_; }
  [[nodiscard]] bool is_unique() const noexcept { return references_ == 1; }
  void release() noexcept {
    if (--references_ == 0) destroy();
  }

 protected:
  task_state() noexcept : resume_point() {}
  virtual ~task_state() {
    if (body_ended_) std::destroy_at(&failure);
  }

  /// Calls the callable; gives the coroutine to resume first.
  [[nodiscard]] virtual std::coroutine_handle<> start() = 0;
  /// Takes the result out of the coroutine and destroys coroutine, callable and arguments. Null coroutine: they were
  /// never used.
  virtual void finish() noexcept = 0;
  [[nodiscard]] virtual const char* type_name() const noexcept = 0;
  virtual void destroy_self() noexcept = 0;

 private:
  static inline const std::exception_ptr none_;

  struct extras {
    std::string name;
    cause_ptr cause;  // why it was killed
    task_value_list values;
    std::vector<std::function<void()>> on_done;
  };

  extras& more() {
    if (!extras_) extras_ = std::make_unique<extras>();
    return *extras_;
  }
  void destroy() noexcept;
  /// The first coroutine of the task; null when it was killed before, or could not be made.
  [[nodiscard]] std::coroutine_handle<> begin() noexcept;
  void complete() noexcept;
  void tell_step_begins() const noexcept;
  void tell_step_ends() const noexcept;
  void settle_failure() noexcept;
  void report_swallowed_kill() const noexcept;

  std::unique_ptr<extras> extras_;
  fifo<completion_listener> listeners_;
  child_list* owner_ = nullptr;
  const void* spawn_site_ = nullptr;
  std::uint64_t id_ = 0;
  std::uint64_t parent_id_ = 0;
};

/// The tasks that have one owner, oldest first: a task_group's children, or the tasks spawned on the loop itself.
class child_list : public fifo_hook {
 public:
  child_list(const child_list&) = delete;
  child_list& operator=(const child_list&) = delete;

  [[nodiscard]] bool empty() const noexcept { return tasks_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const fifo<task_state>& tasks() const noexcept { return tasks_; }
  void kill_all(const std::string& reason);
  void kill_all(const cause_ptr& cause);
  /// The deadline that the owner puts on its children.
  [[nodiscard]] virtual time_point deadline() const noexcept { return time_point::max(); }
  /// The task that waits for the end of all of them; null: none does.
  [[nodiscard]] virtual const task_state* joiner() const noexcept { return nullptr; }

 protected:
  /// Makes itself known in `all`, where reports find every task of a loop.
  explicit child_list(fifo<child_list>& all) noexcept : all_(all) { all_.push_back(*this); }
  ~child_list() { all_.erase(*this); }

  /// Called when `child` has ended and has left the list. Gives whether its failure, if any, has been taken care of.
  [[nodiscard]] virtual bool child_ended(task_state& child) noexcept = 0;

 private:
  friend class task_state;

  fifo<child_list>& all_;  // of its loop
  fifo<task_state> tasks_;
  std::size_t size_ = 0;
};

inline std::size_t waiter::holders(std::span<std::uint64_t> to) const noexcept {
  const task_state* only = holder();
  if (only == nullptr || to.empty()) return 0;
  to[0] = only->id();
  return 1;
}

inline const task_state* task_state::joiner() const noexcept { return owner_ != nullptr ? owner_->joiner() : nullptr; }

/// Makes the loop drain the ready list, when no one up the stack is going to.
void schedule_drain() noexcept;

/// Puts a task at the end of the ready list.
inline void push_ready(task_state& task) noexcept {
  assert(task.is_at_home() && "what belongs to one loop was used on another thread: see weft::mt");
  scheduler& s = this_scheduler;
  task.next_ready = nullptr;
  (s.ready_head == nullptr ? s.ready_head : s.ready_tail->next_ready) = &task;
  s.ready_tail = &task;
  if (!s.active) [[unlikely]]
    schedule_drain();
}

/// Ends the wait of `task`: it runs again in this turn of the loop.
inline void wake(task_state& task) noexcept {
  task.waiting_on = nullptr;
  push_ready(task);
}

/// The running task. Waiting points are only reached inside of one.
[[nodiscard]] inline task_state& current_task() noexcept { return *this_scheduler.current; }

/// What every awaiter does to suspend the running task.
inline task_state& suspend_current(std::coroutine_handle<> at, waiter* on) noexcept {
  scheduler& s = this_scheduler;
  task_state& task = *s.current;
  task.resume_point = at;
  task.waiting_on = on;
  task.waiting_since = s.turn_began;
  return task;
}

/// Gives way when the task has gone on without a wait for too long. No waiting point: a kill does not end it.
class pause_awaiter {
 public:
  pause_awaiter() noexcept = default;
  [[nodiscard]] bool await_ready() const noexcept { return may_go_on(); }
  void await_suspend(std::coroutine_handle<> caller) const noexcept { push_ready(suspend_current(caller, nullptr)); }
  void await_resume() const noexcept {}
};

/// A counted reference to a task_state or a type derived from it.
template <class State>
class state_ptr {
 public:
  state_ptr() noexcept = default;
  explicit state_ptr(State* state) noexcept : state_(state) {
    if (state_) state_->add_reference();
  }
  state_ptr(const state_ptr& other) noexcept : state_ptr(other.state_) {}
  template <class Other>
  state_ptr(const state_ptr<Other>& other) noexcept : state_ptr(other.get()) {}  // NOLINT: like std::shared_ptr
  state_ptr(state_ptr&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  state_ptr& operator=(state_ptr other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~state_ptr() {
    if (state_) state_->release();
  }
  [[nodiscard]] State* get() const noexcept { return state_; }
  State* operator->() const noexcept { return state_; }
  State& operator*() const noexcept { return *state_; }
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  State* state_ = nullptr;
};

}  // namespace weft::detail

#include <weft/core/task_state.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/instrument.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/watchdog.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <stdexcept>

namespace weft::detail {

void body_ended(task_state& state) noexcept { state.set_body_ended(); }

namespace {

/// Whether mistakes are looked for that do no harm by themselves.
bool is_debugging() noexcept {
#ifdef NDEBUG
  return is_debugger_wanted();
#else
  return true;
#endif
}

void report_unawaited(std::coroutine_handle<> made) {
  // A frame begins with the address of its code, for every compiler there is.
  const std::string code = describe_address(*static_cast<void* const*>(made.address()));
  const task_state* running = this_scheduler.current;
  const std::source_location last = this_scheduler.last_await;
  logger()->warn("a task was made but neither awaited nor spawned: its function, at {}, has not run; dropped {}", code,
                 running == nullptr ? std::string("by a callback")
                                    : fmt::format("by task '{}', whose last co_await was at {}:{}", running->name(),
                                                  last.file_name(), last.line()));
}

}  // namespace

void drop_unawaited(std::coroutine_handle<> made) noexcept {
  const task_state* running = this_scheduler.current;
  const bool is_explained =
      std::uncaught_exceptions() > 0 || (running != nullptr && (running->is_killed() || running->cancel_pending()));
  if (this_scheduler.home != nullptr && !is_explained && is_debugging()) {
    call_reporting([&] { report_unawaited(made); });
  }
  made.destroy();
}

void throw_empty_task() { throw std::logic_error("a task that is empty, or was awaited before, is awaited"); }

void task_state::throw_cancelled() const {
  const cause_ptr& cause = pending_cause();
  if (killed_ && cause == extras_->cause) kill_seen_ = true;
  throw cancelled(cause ? cause : make_cause(cause, {}));
}

// The outermost decides.
const cause_ptr& task_state::pending_cause() const noexcept {
  static const cause_ptr none;
  const cause_ptr* cause = &none;
  bool shielded = false;
  for (const cancel_scope* scope = scopes; scope != nullptr && !shielded; scope = scope->outer_) {
    if (scope->cancelled_) cause = &scope->cause_;
    shielded = scope->shield_;
  }
  return killed_ && !shielded ? extras_->cause : *cause;
}

time_point task_state::deadline(const cancel_scope* scope) const noexcept {
  time_point earliest = time_point::max();
  for (scope = scope != nullptr ? scope : scopes; scope != nullptr; scope = scope->outer_) {
    earliest = std::min(earliest, scope->deadline_);
    if (scope->shield_) return earliest;
  }
  return owner_ != nullptr ? std::min(earliest, owner_->deadline()) : earliest;
}

bool task_state::is_cancelled_outside(const cancel_scope* inner) const noexcept {
  const cancel_scope* scope = inner != nullptr ? inner->outer_ : scopes;
  if (inner != nullptr && inner->shield_) return false;
  for (; scope != nullptr; scope = scope->outer_) {
    if (scope->cancelled_) return true;
    if (scope->shield_) return false;
  }
  return killed_;
}

void task_state::refresh_cancellation() noexcept {
  cancel_pending_ = is_cancelled_outside(nullptr);
  if (cancel_pending_ && waiting_on != nullptr) waiting_on->abort();
}

void task_state::kill(std::string&& reason, std::source_location where) {
  if (ended() || killed_) return;
  kill(make_cause(cancel_origin::kind::kill, std::move(reason), this_scheduler.current, where));
}

void task_state::kill(const cause_ptr& cause) {
  if (ended() || killed_) return;
  assert(is_at_home() && "a task of one loop was killed on another thread: see weft::spawn_on");
  more().cause = cause;
  killed_ = true;
  refresh_cancellation();
}

std::string task_state::name() const {
  if (extras_ && !extras_->name.empty()) return extras_->name;
  return unnamed_task(id_, type_name());
}

void task_state::attach(child_list& owner, const void* spawn_site) {
  spawn_site_ = spawn_site;
  id_ = this_loop().next_task_id();
  if (this_scheduler.current != nullptr) parent_id_ = this_scheduler.current->id_;
  owner_ = &owner;
  owner.tasks_.push_back(*this);
  ++owner.size_;
  add_reference();
  if (task_state* parent = this_scheduler.current; parent != nullptr && parent->extras_) {
    if (parent->extras_->values.has_bindings()) more().values.inherit(parent->extras_->values);
  }
  if (this_scheduler.hooks != nullptr) this_scheduler.hooks->task_spawned(task_view(*this));
  if (this_loop().is_ending() && &owner == &this_loop().root()) kill("the main task has ended");
}

bool task_state::is_at_home() const noexcept {
  return this_scheduler.home != nullptr && &owner_->all_ == &this_loop().task_lists();
}

std::coroutine_handle<> task_state::begin() noexcept {
  std::exception_ptr error;
  if (!cancel_pending_) {
    status_ = task_status::running;
    try {
      return start();
    } catch (...) {
      error = std::current_exception();
    }
  }
  set_body_ended();
  failure = std::move(error);
  return nullptr;
}

void task_state::report_swallowed_kill() const noexcept {
  try {
    logger()->warn(
        "task '{}' was killed ({}) and has ended as if it had not been: what catches weft::cancelled has to "
        "rethrow it",
        name(), extras_->cause->reason);
  } catch (...) {
    logger()->warn("a task has swallowed a kill; its name cannot be told: {}", describe(std::current_exception()));
  }
}

void task_state::settle_failure() noexcept {
  if (killed_ && !failure) {
    if (kill_seen_ && is_debugging()) report_swallowed_kill();
    failure = std::make_exception_ptr(cancelled(extras_->cause));
    status_ = task_status::killed;
    return;
  }
  try {
    std::rethrow_exception(failure);
  } catch (const cancelled&) {
    // Cancelled without having been killed: it waited for a task that was, and no one is to take its end for success.
    status_ = killed_ ? task_status::killed : task_status::failed;
  } catch (...) {
    status_ = task_status::failed;
  }
}

void task_state::tell_step_begins() const noexcept { this_scheduler.hooks->step_begins(task_view(*this)); }

void task_state::tell_step_ends() const noexcept {
  if (!body_ended_) this_scheduler.last_await = promise_base::of(resume_point).site();
  this_scheduler.hooks->step_ends(task_view(*this));
}

void task_state::complete() noexcept {
  finish();
  if (extras_) extras_->values.clear();
  if (!failure && !killed_) {
    status_ = task_status::ok;
  } else {
    settle_failure();
  }
  this_scheduler.current = nullptr;
  const state_ptr<task_state> keep(this);
  if (this_scheduler.hooks != nullptr) this_scheduler.hooks->task_ended(task_view(*this));
  while (completion_listener* listener = listeners_.pop_front()) listener->completed(*this);
  child_list& owner = *std::exchange(owner_, nullptr);
  owner.tasks_.erase(*this);
  --owner.size_;
  if (owner.child_ended(*this)) observed_ = true;
  if (extras_) {
    for (auto& callback : std::exchange(extras_->on_done, {})) callback();
  }
  release();
}

void task_state::destroy() noexcept {
  if (status_ == task_status::failed && !observed_) report_unhandled(*this);
  destroy_self();
}

void child_list::kill_all(const std::string& reason) {
  for (task_state* task = tasks_.front(); task != nullptr; task = tasks_.after(*task)) task->kill(std::string(reason));
}

void child_list::kill_all(const cause_ptr& cause) {
  for (task_state* task = tasks_.front(); task != nullptr; task = tasks_.after(*task)) task->kill(cause);
}

}  // namespace weft::detail

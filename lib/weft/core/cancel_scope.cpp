#include <weft/core/cancel_scope.hpp>

#include <weft/core/loop.hpp>

#include <cassert>
#include <utility>

namespace weft {

cancel_scope::cancel_scope(kind of) noexcept
    : task_(&detail::current_task()), outer_(task_->scopes), shield_(of == kind::shield) {
  task_->scopes = this;
  if (shield_) task_->refresh_cancellation();
}

void cancel_scope::leave() noexcept {
  if (std::exchange(left_, true) || task_ == nullptr) return;
  // The innermost one as a rule.
  cancel_scope** link = &task_->scopes;
  while (*link != this) link = &(*link)->outer_;
  *link = outer_;
  task_->refresh_cancellation();
}

void cancel_scope::cancel(std::string reason, std::source_location where) {
  if (cancelled_) return;
  cancel(detail::make_cause(cancel_origin::kind::scope, std::move(reason), detail::this_scheduler.current, where));
}

void cancel_scope::cancel(detail::cause_ptr cause) noexcept {
  if (cancelled_) return;
  cause_ = std::move(cause);
  cancelled_ = true;
  if (task_ != nullptr) task_->refresh_cancellation();
}

namespace detail {

void scope_chain::put_aside(task_state& task, cancel_scope* outside) noexcept {
  if (task.scopes == outside) return;
  innermost_ = task.scopes;
  cancel_scope** link = &innermost_;
  for (; *link != outside; link = &(*link)->outer_) (*link)->task_ = nullptr;
  *link = nullptr;
  task.scopes = outside;
  task.refresh_cancellation();
}

void scope_chain::restore(task_state& task) noexcept {
  if (innermost_ == nullptr) return;
  cancel_scope** link = &innermost_;
  for (; *link != nullptr; link = &(*link)->outer_) (*link)->task_ = &task;
  *link = task.scopes;
  task.scopes = std::exchange(innermost_, nullptr);
  task.refresh_cancellation();
}

}  // namespace detail

const std::string& cancel_scope::reason() const noexcept {
  static const std::string none;
  return cause_ ? cause_->reason : none;
}

deadline_scope::deadline_scope(time_point when, kind of, std::source_location where) : cancel_scope(of), where_(where) {
  expires_at(when);
}

void deadline_scope::expires_at(time_point when) {
  if (is_cancelled()) return;
  disarm();
  set_deadline(when);
  if (when == time_point::max()) return;
  this_loop().timers().set(*this, when);
  if (!detail::this_scheduler.active) detail::schedule_drain();
}

void deadline_scope::disarm() noexcept {
  if (is_armed()) this_loop().timers().remove(*this);
  if (!is_cancelled()) set_deadline(time_point::max());
}

void deadline_scope::expire() noexcept {
  cancel(detail::make_cause(cancel_origin::kind::timeout, "timeout", task(), where_));
}

}  // namespace weft

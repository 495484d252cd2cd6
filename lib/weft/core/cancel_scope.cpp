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
  if (task_->scopes != this) return;
  task_->scopes = outer_;
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
  task_->refresh_cancellation();
}

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
  if (when != time_point::max()) this_loop().timers().set(*this, when);
}

void deadline_scope::disarm() noexcept {
  if (is_armed()) this_loop().timers().remove(*this);
  if (!is_cancelled()) set_deadline(time_point::max());
}

void deadline_scope::expire() noexcept {
  cancel(detail::make_cause(cancel_origin::kind::timeout, "timeout", &task(), where_));
}

}  // namespace weft

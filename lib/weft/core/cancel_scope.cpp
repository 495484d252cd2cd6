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

void cancel_scope::cancel(std::string reason) {
  if (cancelled_) return;
  reason_ = std::move(reason);
  cancelled_ = true;
  task_->refresh_cancellation();
}

deadline_scope::deadline_scope(time_point when, kind of) : cancel_scope(of) { this_loop().timers().set(*this, when); }

void deadline_scope::expires_at(time_point when) {
  if (is_cancelled()) return;
  disarm();
  this_loop().timers().set(*this, when);
}

void deadline_scope::disarm() noexcept {
  if (is_armed()) this_loop().timers().remove(*this);
}

void deadline_scope::expire() noexcept { cancel("timeout"); }

}  // namespace weft

#include <weft/mt/event.hpp>

namespace weft::mt {

using detail::shared_waiter;

void event::set() noexcept {
  detail::settled_waiters woken;
  const std::lock_guard guard(mutex_);
  set_ = true;
  woken.settle_all(waiters_, shared_waiter::outcome::granted);
}

void event::clear() noexcept {
  const std::lock_guard guard(mutex_);
  set_ = false;
}

bool event::is_set() const noexcept {
  const std::lock_guard guard(mutex_);
  return set_;
}

void event::wait_blocking() {
  detail::require_no_loop("mt::event::wait_blocking()");
  std::unique_lock held(mutex_);
  if (set_) return;
  detail::thread_waiter self;
  waiters_.push_back(self);
  self.wait(held);
}

bool event::wait_blocking_for(duration limit) {
  detail::require_no_loop("mt::event::wait_blocking_for()");
  std::unique_lock held(mutex_);
  if (set_) return true;
  detail::thread_waiter self;
  waiters_.push_back(self);
  if (self.wait_until(held, deadline_after(limit))) return true;
  waiters_.erase(self);
  return false;
}

}  // namespace weft::mt

#include <weft/sync/mutex.hpp>

namespace weft {

void mutex::release() noexcept {
  detail::queued_waiter* next = waiters_.pop_front();
  if (next == nullptr) {
    holder_ = {};
    return;
  }
  holder_ = detail::state_ptr(&next->task());
  next->grant();
}

void mutex::give_to(detail::queued_waiter& waiter) noexcept {
  if (holder_) {
    waiters_.push_back(waiter);
    return;
  }
  holder_ = detail::state_ptr(&waiter.task());
  waiter.grant();
}

}  // namespace weft

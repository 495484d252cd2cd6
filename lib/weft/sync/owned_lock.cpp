#include <weft/sync/owned_lock.hpp>

namespace weft::detail {

bool owned_lock::hand_over() noexcept {
  queued_waiter* next = waiters_.pop_front();
  if (next == nullptr) {
    holder_ = {};
    return false;
  }
  hold(next->task());
  next->grant();
  return true;
}

}  // namespace weft::detail

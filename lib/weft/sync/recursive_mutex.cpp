#include <weft/sync/recursive_mutex.hpp>

namespace weft {

bool recursive_mutex::take() noexcept {
  detail::task_state& task = detail::current_task();
  if (holder_ && holder_.get() != &task) return false;
  if (!holder_) holder_ = detail::state_ptr(&task);
  ++depth_;
  return true;
}

void recursive_mutex::release() noexcept {
  if (--depth_ != 0) return;
  detail::queued_waiter* next = waiters_.pop_front();
  if (next == nullptr) {
    holder_ = {};
    return;
  }
  holder_ = detail::state_ptr(&next->task());
  depth_ = 1;
  next->grant();
}

}  // namespace weft

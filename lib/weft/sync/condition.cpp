#include <weft/sync/condition.hpp>

namespace weft {

void condition::notify_one() noexcept {
  detail::queued_waiter* first = waiters_.pop_front();
  if (first != nullptr) static_cast<wait_awaiter*>(first)->leave(wait_awaiter::state::notified);
}

void condition::notify_all() noexcept {
  while (!waiters_.empty()) notify_one();
}

}  // namespace weft

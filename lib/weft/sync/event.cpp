#include <weft/sync/event.hpp>

namespace weft {

void event::set() noexcept {
  set_ = true;
  while (detail::queued_waiter* waiter = waiters_.pop_front()) waiter->grant();
}

}  // namespace weft

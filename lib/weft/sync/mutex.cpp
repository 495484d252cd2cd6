#include <weft/sync/mutex.hpp>

namespace weft {

void mutex::give_to(detail::queued_waiter& waiter) noexcept {
  if (is_locked()) return waiters().push_back(waiter);
  hold(waiter.task());
  waiter.grant();
}

}  // namespace weft

#include <weft/sync/semaphore.hpp>

namespace weft {

void semaphore_guard::release() noexcept {
  if (owner_ != nullptr) std::exchange(owner_, nullptr)->release();
}

void semaphore::release() noexcept {
  if (detail::queued_waiter* waiter = waiters_.pop_front()) {
    waiter->grant();
  } else {
    ++permits_;
  }
}

}  // namespace weft

#include <weft/sync/bounded_semaphore.hpp>

#include <stdexcept>

namespace weft {

void bounded_semaphore::release() {
  if (available() >= limit_) throw std::logic_error("a bounded semaphore was released more often than acquired");
  semaphore::release();
}

}  // namespace weft

#include <weft/sync/recursive_mutex.hpp>

namespace weft {

bool recursive_mutex::take() noexcept {
  detail::task_state& task = detail::current_task();
  if (holder() != nullptr && holder() != &task) return false;
  if (holder() == nullptr) hold(task);
  ++depth_;
  return true;
}

void recursive_mutex::release() noexcept {
  if (--depth_ == 0 && hand_over()) depth_ = 1;
}

}  // namespace weft

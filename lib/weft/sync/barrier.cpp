#include <weft/sync/barrier.hpp>

#include <stdexcept>

namespace weft {

barrier::barrier(std::size_t tasks, literal name) : tasks_(tasks), name_(name) {
  if (tasks == 0) throw std::invalid_argument("a barrier is for at least one task");
}

bool barrier::arrive() noexcept {
  if (++arrived_ != tasks_) return false;
  arrived_ = 0;
  waiters_.grant_all();
  return true;
}

}  // namespace weft

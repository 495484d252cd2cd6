#include <weft/sync/latch.hpp>

#include <stdexcept>

namespace weft {

void latch::count_down(std::size_t by) {
  if (by > left_) throw std::logic_error("a latch was counted down below zero");
  left_ -= by;
  if (left_ == 0) waiters_.grant_all();
}

}  // namespace weft

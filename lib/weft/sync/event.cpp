#include <weft/sync/event.hpp>

namespace weft {

void event::set() noexcept {
  set_ = true;
  waiters_.grant_all();
}

}  // namespace weft

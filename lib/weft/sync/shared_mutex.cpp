#include <weft/sync/shared_mutex.hpp>

namespace weft {

bool shared_mutex::mode_waiter::await_ready() {
  detail::current_task().check();
  taken_ = owner_->take(mode_);
  return taken_ && detail::may_go_on();
}

void shared_mutex::mode_waiter::withdraw() noexcept {
  queued_waiter::withdraw();
  owner_->let_in();
}

bool shared_mutex::take(mode wanted) noexcept {
  if (writer_ || !waiters_.empty()) return false;
  if (wanted == mode::shared) {
    ++readers_;
    return true;
  }
  if (readers_ != 0) return false;
  writer_ = detail::state_ptr(&detail::current_task());
  return true;
}

void shared_mutex::release(mode held) noexcept {
  if (held == mode::exclusive) {
    writer_ = {};
  } else {
    --readers_;
  }
  let_in();
}

void shared_mutex::let_in() noexcept {
  while (!writer_ && !waiters_.empty()) {
    auto& first = *static_cast<mode_waiter*>(waiters_.front());
    if (first.mode_ == mode::exclusive) {
      if (readers_ != 0) return;
      writer_ = detail::state_ptr(&first.task());
    } else {
      ++readers_;
    }
    waiters_.pop_front();
    first.grant();
  }
}

}  // namespace weft

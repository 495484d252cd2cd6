#include <weft/sync/shared_mutex.hpp>

#include <algorithm>

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

std::size_t shared_mutex::mode_waiter::all_held_by(std::span<std::uint64_t> to) const noexcept {
  std::size_t count = waiter::holders(to);
  for (const std::uint64_t reader : owner_->known_readers_) {
    if (reader != 0 && count < to.size()) to[count++] = reader;
  }
  return count;
}

void shared_mutex::add_reader(const detail::task_state& reader) noexcept {
  ++readers_;
  const auto place = std::ranges::find(known_readers_, 0U);
  if (place != known_readers_.end()) {
    *place = reader.id();
  } else {
    ++unknown_readers_;
  }
}

void shared_mutex::remove_reader() noexcept {
  --readers_;
  const detail::task_state* leaving = detail::this_scheduler.current;
  const auto place = leaving != nullptr ? std::ranges::find(known_readers_, leaving->id()) : known_readers_.end();
  if (place != known_readers_.end()) {
    *place = 0;
  } else if (unknown_readers_ > 0) {
    --unknown_readers_;
  } else {
    // Some guard has changed hands: who is left cannot be told.
    known_readers_.fill(0);
    unknown_readers_ = readers_;
  }
}

bool shared_mutex::take(mode wanted) noexcept {
  if (writer_ || !waiters_.empty()) return false;
  if (wanted == mode::shared) {
    add_reader(detail::current_task());
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
    remove_reader();
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
      add_reader(first.task());
    }
    waiters_.pop_front();
    first.grant();
  }
}

}  // namespace weft

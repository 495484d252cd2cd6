#include "chat/secure/replay_window.hpp"

namespace weft::chat_app::secure {

bool replay_window::is_fresh(std::uint64_t counter) const {
  if (counter >= next_) return true;
  return next_ - counter <= size && !seen_[counter % size];
}

void replay_window::take(std::uint64_t counter) {
  if (counter >= next_ && counter - next_ >= size) seen_.reset();
  for (auto skipped = next_; skipped < counter && counter - next_ < size; ++skipped) seen_.reset(skipped % size);
  seen_.set(counter % size);
  if (counter >= next_) next_ = counter + 1;
}

}  // namespace weft::chat_app::secure

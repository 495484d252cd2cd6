#include <weft/core/mailbox.hpp>

#include <weft/core/loop.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace weft::detail {

void mailbox::deliver(parcel& sent) noexcept {
  const std::unique_lock guard(mutex_);
  if (context_ == nullptr) {
    sent.bounce();
    return;
  }
  sent.next_ = nullptr;
  if (last_ != nullptr) {
    std::exchange(last_, &sent)->next_ = &sent;
    return;
  }
  first_ = last_ = &sent;
  boost::asio::post(*context_, [self = shared_from_this()] { self->open_all(); });
}

void mailbox::open_all() noexcept {
  parcel* next = nullptr;
  {
    const std::lock_guard guard(mutex_);
    next = std::exchange(first_, nullptr);
    last_ = nullptr;
  }
  const loop_entry entry;
  while (next != nullptr) std::exchange(next, next->next_)->arrive();
}

void mailbox::close() noexcept {
  parcel* next = nullptr;
  {
    const std::lock_guard guard(mutex_);
    context_ = nullptr;
    next = std::exchange(first_, nullptr);
    last_ = nullptr;
  }
  while (next != nullptr) std::exchange(next, next->next_)->bounce();
}

}  // namespace weft::detail

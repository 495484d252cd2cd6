#include <weft/core/mailbox.hpp>

#include <weft/core/loop.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace weft::detail {

void mailbox::deliver(parcel& sent) noexcept {
  // Once it is in the list, the parcel is the receiver's: it may be gone before this returns.
  parcel* before = newest_.load(std::memory_order_relaxed);
  do {
    sent.next_ = before;
  } while (!newest_.compare_exchange_weak(before, &sent, std::memory_order_release, std::memory_order_relaxed));
  if (before != nullptr) return;
  {
    const std::lock_guard guard(mutex_);
    if (context_ != nullptr) {
      boost::asio::post(*context_, [self = shared_from_this()] { self->open_all(); });
      return;
    }
  }
  bounce_all(take_all());
}

parcel* mailbox::take_all() noexcept {
  parcel* newest = newest_.exchange(nullptr, std::memory_order_acquire);
  parcel* first = nullptr;
  while (newest != nullptr) {
    parcel* next = std::exchange(newest->next_, first);
    first = std::exchange(newest, next);
  }
  return first;
}

void mailbox::open_all() noexcept {
  const loop_entry entry;
  for (parcel* next = take_all(); next != nullptr;) std::exchange(next, next->next_)->arrive();
}

void mailbox::bounce_all(parcel* first) noexcept {
  while (first != nullptr) std::exchange(first, first->next_)->bounce();
}

void mailbox::close() noexcept {
  {
    const std::lock_guard guard(mutex_);
    context_ = nullptr;
  }
  bounce_all(take_all());
}

}  // namespace weft::detail

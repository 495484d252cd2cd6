#include <weft/core/mailbox.hpp>

#include <weft/core/loop.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace weft::detail {

namespace {

/// Stands in a mailbox whose loop is gone.
class closed_mark final : public parcel {
 public:
  void arrive() noexcept override {}
  void bounce() noexcept override {}
};

constinit closed_mark closed;

}  // namespace

bool mailbox::deliver(parcel& sent) noexcept {
  // Once it is in the list, the parcel is the receiver's: it may be gone before this returns.
  parcel* before = newest_.load(std::memory_order_relaxed);
  do {
    if (before == &closed) {
      sent.bounce();
      return false;
    }
    sent.next_ = before;
  } while (!newest_.compare_exchange_weak(before, &sent, std::memory_order_release, std::memory_order_relaxed));
  if (before == nullptr) wake_loop();
  return true;
}

bool mailbox::is_closed() const noexcept { return newest_.load(std::memory_order_relaxed) == &closed; }

void mailbox::wake_loop() noexcept {
  const std::lock_guard guard(mutex_);
  if (context_ != nullptr) boost::asio::post(*context_, [this] { open_all(); });
}

parcel* mailbox::take_all(parcel* instead) noexcept {
  if (newest_.load(std::memory_order_relaxed) == &closed) return nullptr;
  parcel* newest = newest_.exchange(instead, std::memory_order_acquire);
  parcel* first = nullptr;
  while (newest != nullptr) {
    parcel* next = std::exchange(newest->next_, first);
    first = std::exchange(newest, next);
  }
  return first;
}

void mailbox::arrive_all(parcel* first) noexcept {
  const loop_entry entry;
  while (first != nullptr) std::exchange(first, first->next_)->arrive();
}

void mailbox::open_all() noexcept {
  // Before the parcels are taken out: a mailbox that is empty must not belong to a loop that only seems to be idle.
  this_loop().end_idle();
  this_loop().catch_up();
  arrive_all(take_all(nullptr));
}

parcel* mailbox::shut() noexcept {
  parcel* rest = take_all(&closed);
  const std::lock_guard guard(mutex_);
  context_ = nullptr;
  return rest;
}

void mailbox::close() noexcept {
  if (parcel* rest = shut()) arrive_all(rest);
}

void mailbox::abandon() noexcept {
  for (parcel* next = shut(); next != nullptr;) std::exchange(next, next->next_)->bounce();
}

}  // namespace weft::detail

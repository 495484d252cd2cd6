#include <weft/pool/lock.hpp>

#include <weft/core/logger.hpp>
#include <weft/core/scheduler.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/future_state.hpp>
#include <weft/pool/lock_order.hpp>

#include <stdexcept>

#include <spdlog/logger.h>
#include <unistd.h>

namespace weft {

namespace {

int this_thread_id() noexcept {
  static thread_local const int id = ::gettid();
  return id;
}

std::uint64_t next_lock_id() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

lock::lock(std::string name)
    : id_(next_lock_id()), name_(name.empty() ? "lock " + std::to_string(id_) : "lock '" + name + "'") {}

lock::~lock() {
  if (detail::is_lock_order_watched()) detail::lock_destroyed(id_);
}

bool lock::try_take() noexcept {
  std::uint32_t before = word_free;
  return word_.compare_exchange_strong(before, word_held, std::memory_order_acquire, std::memory_order_relaxed);
}

bool lock::take(std::optional<time_point> deadline) {
  if (try_take()) return true;
  const detail::blocking_wait waits("lock::acquire()");
  while (word_.exchange(word_waited_for, std::memory_order_acquire) != word_free) {
    // Who gives up leaves it marked: the holder wakes one in vain.
    if (!detail::futex_wait(word_, word_waited_for, deadline)) return try_take();
  }
  return true;
}

void lock::require_other_holder() const {
  if (holder_.load(std::memory_order_relaxed) != this_thread_id()) return;
  throw would_deadlock("a thread waits for " + name_ + ", which it holds");
}

lock::guard lock::taken(std::source_location where) {
  holder_.store(this_thread_id(), std::memory_order_relaxed);
  guard result(*this);
  if (detail::is_lock_order_watched()) detail::lock_taken(id_, name_, where);
  return result;
}

lock::guard lock::acquire(std::source_location where) {
  require_other_holder();
  if (detail::is_lock_order_watched()) detail::lock_wanted(id_, name_, where);
  take({});
  return taken(where);
}

lock::guard lock::acquire_for(duration limit, std::source_location where) {
  if (limit <= duration::zero()) return try_acquire(where);
  // Waiting for oneself ends, too.
  return take(detail::deadline_in(limit)) ? taken(where) : guard();
}

lock::guard lock::try_acquire(std::source_location where) { return try_take() ? taken(where) : guard(); }

void lock::release(bool checked) {
  const int holder = holder_.load(std::memory_order_relaxed);
  if (holder != this_thread_id()) {
    const std::string text = name_ + " is held by thread " + std::to_string(holder) + " and released by another";
    if (checked) throw std::logic_error(text);
    logger()->error("{}", text);
  }
  if (detail::is_lock_order_watched()) detail::lock_released(id_);
  holder_.store(0, std::memory_order_relaxed);
  if (word_.exchange(word_free, std::memory_order_release) == word_waited_for) detail::futex_wake(word_, 1);
}

lock::guard::~guard() {
  if (lock_ != nullptr) lock_->release(false);
}

void lock::guard::release() {
  if (lock_ == nullptr) throw std::logic_error("a guard that holds nothing was released");
  lock_->release(true);
  lock_ = nullptr;
}

}  // namespace weft

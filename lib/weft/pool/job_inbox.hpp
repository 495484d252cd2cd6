#pragma once

#include <weft/pool/pool_job.hpp>

#include <atomic>
#include <utility>

namespace weft::detail {

/// Where a pool that only has to queue what comes gets it without its mutex. Closed in the beginning.
///
/// Threads: push() and has_any() any; the rest under the pool's mutex.
/// Order:   push() and has_any() are sequentially consistent, so that who pushes and then looks for sleepers, and who says
///          that he will sleep and then looks here, do not miss each other.
class job_inbox {
 public:
  /// Gives false when it is closed.
  [[nodiscard]] bool push(pool_job& job) noexcept {
    fifo_hook* before = newest_.load(std::memory_order_relaxed);
    do {
      if (before == &closed_mark) return false;
      job.next = before;
    } while (!newest_.compare_exchange_weak(before, &job, std::memory_order_seq_cst, std::memory_order_relaxed));
    return true;
  }
  [[nodiscard]] bool has_any() const noexcept {
    const fifo_hook* newest = newest_.load(std::memory_order_seq_cst);
    return newest != nullptr && newest != &closed_mark;
  }

  void open() noexcept {
    fifo_hook* before = &closed_mark;
    newest_.compare_exchange_strong(before, nullptr, std::memory_order_relaxed);
  }
  /// Gives everything that is there to `taken(job)`, first come first. Leaves it open, or closed, as it was.
  template <class F>
  void take(F taken) {
    if (has_any()) give(newest_.exchange(nullptr, std::memory_order_acquire), taken);
  }
  template <class F>
  void close(F taken) {
    fifo_hook* newest = newest_.exchange(&closed_mark, std::memory_order_acquire);
    if (newest != &closed_mark) give(newest, taken);
  }

 private:
  template <class F>
  static void give(fifo_hook* newest, F& taken) {
    fifo_hook* first = nullptr;
    while (newest != nullptr) {
      fifo_hook* next = std::exchange(newest->next, first);
      first = std::exchange(newest, next);
    }
    while (first != nullptr) {
      auto& job = static_cast<pool_job&>(*first);
      first = std::exchange(first->next, nullptr);
      taken(job);
    }
  }

  static constinit inline fifo_hook closed_mark;

  std::atomic<fifo_hook*> newest_ = &closed_mark;
};

}  // namespace weft::detail

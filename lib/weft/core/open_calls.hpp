#pragma once

#include <weft/core/time.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace weft::detail {

/// How many calls run on other threads that a loop has sent there and does not wait for before its end.
///
/// Threads: any.
class open_calls {
 public:
  void add() {
    const std::lock_guard guard(mutex_);
    ++count_;
  }
  void remove() noexcept {
    const std::lock_guard guard(mutex_);
    if (--count_ == 0) none_left_.notify_all();
  }
  /// Waits until there is none, at most `limit`; gives whether there is none.
  [[nodiscard]] bool wait(duration limit) {
    std::unique_lock guard(mutex_);
    const time_point start = std::chrono::steady_clock::now();
    const time_point deadline = limit < time_point::max() - start ? start + limit : time_point::max();
    return none_left_.wait_until(guard, deadline, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t count_ = 0;  // under mutex_
};

}  // namespace weft::detail

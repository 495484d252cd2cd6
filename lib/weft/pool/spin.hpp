#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace weft::detail {

/// Looks whether something has come for a moment before the thread goes to sleep, since to be woken takes far longer than
/// most of what pools are given. Where that was no use the next times go without; where it kept others from the
/// processor, many do.
///
/// Threads: one.
class spin_budget {
 public:
  /// Gives whether `done()` gave true.
  template <class F>
  bool wait(F done) noexcept {
    if (skip_ != 0) {
      --skip_;
      return done();
    }
    const auto start = clock::now();
    for (auto before = start;;) {
      for (int i = 0; i < looks; ++i) {
        if (done()) {
          back_off_ = 0;
          return true;
        }
        pause();
      }
      auto now = clock::now();
      if (now - start > alone) {
        // Who is waited for may need this processor.
        std::this_thread::yield();
        now = clock::now();
        if (now - before > lost) back_off_ = most_after_loss;
      }
      if (now - start > longest || back_off_ == most_after_loss) break;
      before = now;
    }
    if (back_off_ != most_after_loss) back_off_ = std::min(back_off_ * 2 + 1, most);
    skip_ = back_off_;
    return done();
  }

 private:
  using clock = std::chrono::steady_clock;
  using microseconds = std::chrono::microseconds;

  static constexpr int looks = 24;
  static constexpr auto alone = microseconds(2);
  static constexpr auto longest = microseconds(60);
  static constexpr auto lost = microseconds(300);
  static constexpr int most = 31;
  static constexpr int most_after_loss = 1'023;

  static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  int back_off_ = 0;
  int skip_ = 0;  // waits to come that do not look
};

}  // namespace weft::detail

// The cases of sync_weft_bench.cpp and sync_asio_bench.cpp, for the mains of weft_bench.cpp and asio_bench.cpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

inline constexpr int hand_overs = 100'000;

void add_sync_cases();

/// Items that a queue between two tasks that are always busy has room for.
inline constexpr std::size_t busy_room = 64;
/// Waits of a millisecond beside them.
inline constexpr int busy_waits = 300;

/// How long after their time waits of a millisecond have ended.
class lateness {
 public:
  std::chrono::steady_clock::time_point next_due() {
    due_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
    return due_;
  }
  void add() { late_.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - due_).count()); }
  [[nodiscard]] double median_seconds() {
    std::nth_element(late_.begin(), late_.begin() + busy_waits / 2, late_.end());
    return late_[busy_waits / 2];
  }

 private:
  std::chrono::steady_clock::time_point due_;
  std::vector<double> late_;
};

}  // namespace bench

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

namespace weft {

struct backoff_options {
  std::chrono::nanoseconds base = std::chrono::seconds(1);  ///< upper end of the first delay
  std::chrono::nanoseconds cap = std::chrono::seconds(60);  ///< upper end of any delay
};

/// Delays between attempts: exponential with full jitter, uniform in [0, min(cap, base * 2^n)].
///
/// Threads: one object per task. Cost: no allocation.
/// The same seed gives the same delays.
class backoff {
 public:
  explicit backoff(backoff_options options = {}, std::uint64_t seed = std::random_device{}());

  /// The delay before the next attempt; each call doubles the upper end until the cap.
  [[nodiscard]] std::chrono::nanoseconds next();
  /// Starts over, as after a success.
  void reset() noexcept { upper_ = options_.base; }

 private:
  backoff_options options_;
  std::chrono::nanoseconds upper_;  // base <= upper_ <= cap, unless base > cap
  std::minstd_rand random_;
};

}  // namespace weft

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace weft::app {

/// Bytes a second over the last few seconds, from samples of a running total.
class rate_meter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `total` bytes so far; samples closer than a quarter of a second to the last one replace it.
  void sample(time_point now, std::uint64_t total);
  /// 0 until two samples are known.
  double per_second() const;

 private:
  struct point {
    time_point at;
    std::uint64_t total;
  };
  static constexpr std::size_t kept = 16;

  std::array<point, kept> points_{};
  std::size_t count_ = 0;  // the last one is points_[(count_ - 1) % kept]
};

}  // namespace weft::app

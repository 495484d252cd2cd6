#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::echo_app {

/// Counts durations in nanoseconds so that every percentile is right to 1 in 128, in memory of one size.
class histogram {
 public:
  histogram();

  void add(std::int64_t nanoseconds) noexcept;
  void add(const histogram& other) noexcept;

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::int64_t largest() const noexcept { return largest_; }
  [[nodiscard]] double mean() const noexcept;
  /// The least value that `share` (0 to 1) of all do not exceed; 0 when there is none.
  [[nodiscard]] std::int64_t percentile(double share) const noexcept;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  double sum_ = 0;
  std::int64_t largest_ = 0;
};

}  // namespace weft::echo_app

#pragma once

#include <chrono>

namespace weft {

/// Every length of time in weft: signed nanoseconds.
using duration = std::chrono::nanoseconds;

/// Every moment in weft: the steady clock, in nanoseconds.
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// Which clock a loop goes by: the system's, or one of its own that stands still while anything is ready and then jumps
/// to the next deadline.
enum class clock_mode { real, simulated };

/// The time of the running loop's clock; the steady clock outside of a loop.
///
/// Threads: any. Cost: one clock_gettime through the vdso.
[[nodiscard]] time_point now() noexcept;

/// The moment `length` from now; the end of time where that cannot be said.
[[nodiscard]] inline time_point deadline_after(duration length) noexcept {
  const time_point start = now();
  return length < time_point::max() - start ? start + length : time_point::max();
}

}  // namespace weft

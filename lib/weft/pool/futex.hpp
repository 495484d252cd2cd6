#pragma once

#include <weft/core/time.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace weft::detail {

/// Sleeps while `word` is `expected`, until it is woken, or until `deadline`. May return early: the caller looks again.
/// Gives false when the deadline is over.
bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::optional<time_point> deadline = {}) noexcept;

/// Wakes those who sleep on `word`, at most `count`. The word may be gone by then: others are woken early at worst.
void futex_wake(const std::atomic<std::uint32_t>& word, int count = std::numeric_limits<int>::max()) noexcept;

/// Now and `limit` from now, or the end of time.
[[nodiscard]] inline time_point deadline_in(duration limit) noexcept {
  const time_point start = std::chrono::steady_clock::now();
  return limit < time_point::max() - start ? start + limit : time_point::max();
}

}  // namespace weft::detail

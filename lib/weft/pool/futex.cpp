#include <weft/pool/futex.hpp>

#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// The steady clock is CLOCK_MONOTONIC, which FUTEX_WAIT_BITSET takes as it is.
timespec to_timespec(time_point at) noexcept {
  const auto since = at.time_since_epoch().count();
  if (since <= 0) return {};
  return {.tv_sec = since / 1'000'000'000, .tv_nsec = since % 1'000'000'000};
}

}  // namespace

bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::optional<time_point> deadline) noexcept {
  const timespec until = to_timespec(deadline.value_or(time_point::max()));
  const timespec* limit = deadline && *deadline != time_point::max() ? &until : nullptr;
  const long result =
      ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

void futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

}  // namespace weft::detail

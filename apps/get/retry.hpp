#pragma once

#include <chrono>
#include <optional>

#include <weft/base/backoff.hpp>

#include "get/config.hpp"
#include "get/failure.hpp"

namespace weft::get_app {

/// Decides, for one file, whether and when a failed attempt is followed by another.
///
/// The wait is drawn from [0, delay * 2^n] up to the longest delay (full jitter), and is Retry-After at least.
class retry_plan {
 public:
  explicit retry_plan(const retry_policy& policy);

  /// The wait before the next attempt after `why`, `elapsed` after the first one began; nothing: give up.
  /// A Retry-After longer than the policy allows gives up at once.
  std::optional<std::chrono::nanoseconds> next_wait(const failure& why, std::chrono::nanoseconds elapsed);

 private:
  retry_policy policy_;
  backoff backoff_;
  std::size_t used_ = 0;
};

}  // namespace weft::get_app

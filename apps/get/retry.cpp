#include "get/retry.hpp"

#include <algorithm>

namespace weft::get_app {

retry_plan::retry_plan(const retry_policy& policy)
    : policy_(policy), backoff_(backoff_options{.base = policy.delay, .cap = policy.longest_delay}) {}

std::optional<std::chrono::nanoseconds> retry_plan::next_wait(const failure& why, std::chrono::nanoseconds elapsed) {
  if (!why.transient || (why.refused && !policy_.refused)) return std::nullopt;
  if (used_ == policy_.retries) return std::nullopt;
  if (why.retry_after && *why.retry_after > policy_.longest_retry_after) return std::nullopt;
  ++used_;
  std::chrono::nanoseconds wait = backoff_.next();
  if (why.retry_after) wait = std::max<std::chrono::nanoseconds>(wait, *why.retry_after);
  if (elapsed + wait > policy_.max_time) return std::nullopt;
  return wait;
}

}  // namespace weft::get_app

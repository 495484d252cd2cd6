#include <weft/base/backoff.hpp>

#include <algorithm>

namespace weft {

backoff::backoff(backoff_options options, std::uint64_t seed)
    : options_(options),
      upper_(options.base),
      random_(static_cast<std::minstd_rand::result_type>(seed ^ (seed >> 32))) {}

std::chrono::nanoseconds backoff::next() {
  const auto upper = std::clamp(upper_, std::chrono::nanoseconds::zero(), options_.cap);
  upper_ = upper > options_.cap / 2 ? options_.cap : upper * 2;
  std::uniform_int_distribution<std::int64_t> delay(0, upper.count());
  return std::chrono::nanoseconds(delay(random_));
}

}  // namespace weft

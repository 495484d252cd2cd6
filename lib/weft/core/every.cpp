#include <weft/core/every.hpp>

#include <algorithm>
#include <stdexcept>

namespace weft {

ticker::ticker(time_point first, duration period, missed_ticks policy) : due_(first), period_(period), policy_(policy) {
  if (period <= duration::zero()) throw std::invalid_argument("every(period): the period has to be positive");
}

time_point ticker::take() noexcept {
  const time_point taken = due_;
  const duration late = now() - taken;
  if (period_ >= time_point::max() - std::max(taken, now())) {
    due_ = time_point::max();
    return taken;
  }
  due_ += period_;
  if (late <= period_ / 10) return taken;
  switch (policy_) {
    case missed_ticks::burst: break;
    case missed_ticks::skip: due_ = taken + (late / period_ + 1) * period_; break;
    case missed_ticks::delay: due_ = taken + late + period_; break;
  }
  return taken;
}

ticker every(duration period, missed_ticks policy) { return ticker(now(), period, policy); }

}  // namespace weft

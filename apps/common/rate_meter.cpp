#include "common/rate_meter.hpp"

#include <algorithm>

namespace weft::app {

void rate_meter::sample(time_point now, std::uint64_t total) {
  using namespace std::chrono_literals;
  // The sample before the last one is the anchor: the last one moves until it is a quarter of a second away.
  const bool replace = count_ >= 2 && now - points_[(count_ - 2) % kept].at < 250ms;
  if (!replace) ++count_;
  points_[(count_ - 1) % kept] = {now, total};
}

double rate_meter::per_second() const {
  if (count_ < 2) return 0;
  const auto& first = points_[(count_ - std::min(count_, kept)) % kept];
  const auto& last = points_[(count_ - 1) % kept];
  const auto seconds = std::chrono::duration<double>(last.at - first.at).count();
  return seconds <= 0 ? 0 : static_cast<double>(last.total - first.total) / seconds;
}

}  // namespace weft::app

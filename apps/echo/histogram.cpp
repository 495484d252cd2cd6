#include "echo/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weft::echo_app {
namespace {

constexpr unsigned precision = 7;  // bits behind the leading one
constexpr std::size_t steps = std::size_t{1} << precision;
constexpr std::size_t rows = 64 - precision;

/// Values below `steps` have a place each; above, each doubling has `steps` places.
std::size_t place_of(std::uint64_t value) {
  if (value < steps) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - precision;
  return (shift + 1) * steps + (value >> shift) - steps;
}

/// The largest value of a place.
std::uint64_t value_of(std::size_t place) {
  if (place < steps) return place;
  const auto shift = static_cast<unsigned>(place / steps) - 1;
  return ((place % steps + steps + 1) << shift) - 1;
}

}  // namespace

histogram::histogram() : counts_(rows * steps) {}

void histogram::add(std::int64_t nanoseconds) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
  ++counts_[place_of(value)];
  ++total_;
  sum_ += static_cast<double>(value);
  largest_ = std::max(largest_, static_cast<std::int64_t>(value));
}

void histogram::add(const histogram& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  sum_ += other.sum_;
  largest_ = std::max(largest_, other.largest_);
}

double histogram::mean() const noexcept { return total_ == 0 ? 0 : sum_ / static_cast<double>(total_); }

std::int64_t histogram::percentile(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t place = 0; place < counts_.size(); ++place) {
    seen += counts_[place];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) {
      return std::min(static_cast<std::int64_t>(value_of(place)), largest_);
    }
  }
  return 0;
}

}  // namespace weft::echo_app

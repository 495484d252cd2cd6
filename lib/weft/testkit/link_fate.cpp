#include <weft/testkit/link_fate.hpp>

#include <algorithm>

namespace weft::testkit {

namespace {

/// The questions that chance is asked about a packet.
enum class lane : std::uint64_t { loss, duplicate, reorder, corrupt, place, bits, jitter, second_jitter };

/// SplitMix64's finaliser.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

class dice {
 public:
  dice(std::uint64_t seed, std::uint64_t number, link_direction direction)
      : base_(mixed(mixed(seed) ^ mixed(number * 2 + (direction == link_direction::back ? 1 : 0)))) {}

  [[nodiscard]] std::uint64_t number(lane of) const { return mixed(base_ ^ (static_cast<std::uint64_t>(of) << 32)); }
  /// In [0, 1).
  [[nodiscard]] double share(lane of) const { return static_cast<double>(number(of) >> 11) * 0x1p-53; }

 private:
  std::uint64_t base_;
};

duration delay_of(const link_options& options, double where) {
  const double spread = static_cast<double>(options.jitter.count()) * (2 * where - 1);
  return std::max(duration::zero(), options.delay + duration(static_cast<duration::rep>(spread)));
}

}  // namespace

packet_fate decide_fate(const link_options& options, std::uint64_t number, link_direction direction, std::size_t size) {
  const dice chance(options.seed, number, direction);
  packet_fate fate;
  fate.lost = chance.share(lane::loss) < options.loss;
  if (fate.lost) return fate;
  fate.delay = delay_of(options, chance.share(lane::jitter));
  if (chance.share(lane::reorder) < options.reorder) fate.delay += options.reorder_by;
  if (chance.share(lane::duplicate) < options.duplicate) {
    fate.second = delay_of(options, chance.share(lane::second_jitter));
  }
  fate.corrupted = size > 0 && chance.share(lane::corrupt) < options.corrupt;
  if (fate.corrupted) {
    fate.corrupted_at = chance.number(lane::place) % size;
    fate.corrupted_by = static_cast<unsigned char>(chance.number(lane::bits) % 255 + 1);
  }
  return fate;
}

std::optional<time_point> link_rate::pass(const link_options& options, time_point now, std::size_t size) {
  using seconds = std::chrono::duration<double>;
  if (!options.rate) return now;
  const auto rate = static_cast<double>(*options.rate);
  const time_point begin = std::max(now, free_at_);
  const double bytes_before = seconds(begin - now).count() * rate;
  if (bytes_before > static_cast<double>(options.queue)) return std::nullopt;
  free_at_ = begin + std::chrono::duration_cast<duration>(seconds(static_cast<double>(size) / rate));
  return free_at_;
}

}  // namespace weft::testkit

#include "chat/intake.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace weft::chat_app {
namespace {

constexpr duration interval = std::chrono::seconds(1);
constexpr std::size_t max_named = 8;

}  // namespace

intake::intake(intake_options options)
    : options_(options),
      others_{token_bucket(options.rate, options.burst)},
      strangers_(10 * options.rate, 10 * options.burst) {}

bool intake::admit(const endpoint& from, time_point now) {
  auto& sender = find(from, now);
  sender.last_seen = now;
  return sender.bucket.take(now) || turn_away(sender, now);
}

bool intake::admit_stranger(const endpoint& from, time_point now) {
  auto& sender = find(from, now);
  sender.last_seen = now;
  return (sender.bucket.take(now) && strangers_.take(now)) || turn_away(sender, now);
}

/// Gives false.
bool intake::turn_away(source& sender, time_point now) {
  ++sender.dropped;
  if (!std::exchange(has_excess_, true)) last_summary_ = now;
  return false;
}

intake::source& intake::find(const endpoint& from, time_point now) {
  const auto known = sources_.find(from);
  if (known != sources_.end()) return known->second;
  if (sources_.size() >= options_.max_sources) forget_idle(now);
  if (sources_.size() >= options_.max_sources) return others_;
  return sources_.emplace(from, source{token_bucket(options_.rate, options_.burst)}).first->second;
}

/// A source that was silent for long has a full bucket: a new one is the same.
void intake::forget_idle(time_point now) {
  const auto full_after =
      std::chrono::duration_cast<duration>(std::chrono::duration<double>(options_.burst / options_.rate));
  std::erase_if(sources_, [&](const auto& entry) {
    return entry.second.dropped == 0 && now - entry.second.last_seen > full_after;
  });
}

time_point intake::next_summary() const { return has_excess_ ? last_summary_ + interval : time_point::max(); }

/// The worst by name, the others together.
std::vector<intake::excess> intake::summary(time_point now) {
  std::vector<excess> found;
  if (!has_excess_ || now < next_summary()) return found;
  for (auto& [from, sender] : sources_) {
    if (sender.dropped > 0) found.push_back({from, std::exchange(sender.dropped, 0)});
  }
  std::ranges::sort(found, std::greater(), &excess::dropped);
  auto rest = std::exchange(others_.dropped, 0);
  for (; found.size() > max_named; found.pop_back()) rest += found.back().dropped;
  if (rest > 0) found.push_back({std::nullopt, rest});
  has_excess_ = false;
  return found;
}

}  // namespace weft::chat_app

#include "chat/intake.hpp"

#include <chrono>
#include <utility>

namespace weft::chat_app {
namespace {

constexpr duration interval = std::chrono::seconds(1);

}  // namespace

intake::intake(intake_options options) : options_(options), others_{token_bucket(options.rate, options.burst)} {}

bool intake::admit(const endpoint& from, time_point now) {
  auto& sender = find(from, now);
  sender.last_seen = now;
  if (sender.bucket.take(now)) return true;
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

std::vector<intake::excess> intake::summary(time_point now) {
  std::vector<excess> found;
  if (!has_excess_ || now < next_summary()) return found;
  for (auto& [from, sender] : sources_) {
    if (sender.dropped > 0) found.push_back({from, std::exchange(sender.dropped, 0)});
  }
  if (others_.dropped > 0) found.push_back({endpoint(), std::exchange(others_.dropped, 0)});
  has_excess_ = false;
  return found;
}

}  // namespace weft::chat_app

#include "chat/secure/reliable_sender.hpp"

#include <algorithm>
#include <utility>

#include "chat/secure/packet.hpp"

namespace weft::chat_app::secure {
namespace {

using std::chrono::milliseconds;

constexpr duration first_timeout = milliseconds(1000);
constexpr duration shortest_timeout = milliseconds(200);
constexpr duration longest_timeout = milliseconds(3000);
constexpr double smallest_window = 8;
constexpr double largest_window = 64;  // what an acknowledgement can name
constexpr int overtaken_by = 3;
constexpr std::size_t frame_overhead = 12;

}  // namespace

void reliable_sender::add(message_id id, std::string_view text) {
  do {
    const auto part = text.substr(0, max_fragment);
    text.remove_prefix(part.size());
    entries_.push_back({.number = next_number_++, .id = id, .is_last = text.empty(), .bytes = std::string(part)});
  } while (!text.empty());
}

/// The variation of a bad link would make it several round trips, for each of which one lost fragment holds up all.
duration reliable_sender::timeout() const {
  auto measured = first_timeout;
  if (smoothed_) {
    const auto margin =
        std::clamp<duration>(4 * variation_, milliseconds(10), std::max<duration>(*smoothed_, milliseconds(10)));
    measured = std::max(shortest_timeout, *smoothed_ + margin);
  }
  return std::min(longest_timeout, measured * (1 << std::min(backoff_, 6)));
}

/// In fragments of full length.
double reliable_sender::under_way() const {
  std::size_t bytes = 0;
  for (const auto& one : entries_) {
    if (one.state == state::under_way) bytes += one.bytes.size() + frame_overhead;
  }
  return static_cast<double>(bytes) / static_cast<double>(max_fragment);
}

time_point reliable_sender::deadline() const {
  auto oldest = time_point::max();
  for (const auto& one : entries_) {
    if (one.state == state::under_way) oldest = std::min(oldest, one.sent);
  }
  return oldest == time_point::max() ? oldest : oldest + timeout();
}

/// Silence: all that is under way is taken for lost.
void reliable_sender::expire(time_point now) {
  if (now < deadline()) return;
  for (auto& one : entries_) {
    if (one.state == state::under_way) one.state = state::lost;
  }
  ++backoff_;
  window_ = smallest_window;
}

std::optional<reliable_sender::fragment> reliable_sender::next(time_point now) {
  expire(now);
  if (under_way() >= window_) return std::nullopt;
  const auto first = std::ranges::find_if(entries_, [](const entry& one) { return one.state != state::acknowledged; });
  if (first == entries_.end()) return std::nullopt;
  const auto limit = first->number + static_cast<std::uint64_t>(largest_window);
  for (auto& one : entries_) {
    if (one.number >= limit) break;
    if (one.state != state::lost && one.state != state::waiting) continue;
    one.state = state::under_way;
    one.sent = now;
    one.overtaken = 0;
    ++one.times_sent;
    return fragment{one.number, one.is_last, one.bytes};
  }
  return std::nullopt;
}

void reliable_sender::measure(duration round_trip) {
  if (!smoothed_) {
    smoothed_ = round_trip;
    variation_ = round_trip / 2;
    return;
  }
  const auto error = *smoothed_ > round_trip ? *smoothed_ - round_trip : round_trip - *smoothed_;
  variation_ = (3 * variation_ + error) / 4;
  smoothed_ = (7 * *smoothed_ + round_trip) / 8;
}

void reliable_sender::take_losses(time_point newest, time_point now) {
  for (auto& one : entries_) {
    if (one.state != state::under_way || one.sent >= newest) continue;
    if (++one.overtaken < overtaken_by) continue;
    one.state = state::lost;
    if (now - shrunk_ < timeout()) continue;
    shrunk_ = now;
    window_ = std::max(smallest_window, window_ * 0.7);
  }
}

std::vector<message_id> reliable_sender::acknowledge(std::uint64_t first_missing, std::uint64_t beyond,
                                                     time_point now) {
  auto newest = time_point::min();
  std::optional<duration> round_trip;  // of the newest: the acknowledgements of others may have been lost before
  for (auto& one : entries_) {
    const auto ahead = one.number - first_missing - 1;  // huge for what is not beyond
    const bool is_there =
        one.number < first_missing || (one.number > first_missing && ahead < 64 && (beyond >> ahead & 1) != 0);
    if (!is_there || one.times_sent == 0 || one.state == state::acknowledged) continue;
    one.state = state::acknowledged;
    if (one.sent >= newest) round_trip = one.times_sent == 1 ? std::optional(now - one.sent) : std::nullopt;
    newest = std::max(newest, one.sent);
    backoff_ = 0;
    window_ = std::min(largest_window, window_ + 1 / window_ + 0.1);
  }
  if (round_trip) measure(*round_trip);
  if (newest != time_point::min()) take_losses(newest, now);
  std::vector<message_id> complete;
  for (;;) {
    const auto last = std::ranges::find_if(entries_, &entry::is_last);
    const bool whole = last != entries_.end() && std::all_of(entries_.begin(), last + 1, [](const entry& one) {
                         return one.state == state::acknowledged;
                       });
    if (!whole) return complete;
    complete.push_back(last->id);
    entries_.erase(entries_.begin(), last + 1);
  }
}

void reliable_sender::restart() {
  for (auto& one : entries_) one.state = state::waiting;
  backoff_ = 0;
}

std::vector<message_id> reliable_sender::abandon() {
  std::vector<message_id> given_up;
  for (const auto& one : entries_) {
    if (one.is_last) given_up.push_back(one.id);
  }
  entries_.clear();
  backoff_ = 0;
  return given_up;
}

std::vector<std::pair<message_id, std::string>> reliable_sender::take_messages() {
  std::vector<std::pair<message_id, std::string>> messages;
  std::string text;
  for (const auto& one : entries_) {
    text += one.bytes;
    if (one.is_last) messages.emplace_back(one.id, std::exchange(text, {}));
  }
  abandon();
  return messages;
}

}  // namespace weft::chat_app::secure

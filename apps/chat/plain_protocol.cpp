#include "chat/plain_protocol.hpp"

#include <algorithm>
#include <chrono>

#include "chat/plain_text.hpp"
#include "chat/text_encoding.hpp"

namespace weft::chat_app {
namespace {

/// An ICMP message about a datagram that is older than this is about something else.
constexpr duration comes_back_within = std::chrono::seconds(5);

}  // namespace

void plain_protocol::send(message_id id, const endpoint& to, std::string_view text, time_point /*now*/) {
  const auto habit = sends_feeds_.find(to);
  const bool is_used_to_feeds = habit != sends_feeds_.end() && habit->second;
  const bool feed = options_.end == line_end::lf || (options_.end == line_end::automatic && is_used_to_feeds);
  auto lines = datagram_lines(text);
  std::vector<std::string> parts;
  for (const auto& line : lines) {
    // In other encodings a character may take twice the bytes.
    const auto limit = options_.encoding.empty() ? options_.max_size - 1 : options_.max_size / 2;
    for (auto& part : split_text(line, limit)) parts.push_back(std::move(part));
  }
  for (auto& part : parts) {
    if (options_.encoding.empty()) break;
    auto other = encoded(part, options_.encoding);
    if (!other) {
      tell({.type = event_type::failed, .peer = to, .text = "it cannot be written in " + options_.encoding, .id = id});
      return;
    }
    part = std::move(*other);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (feed) parts[i] += '\n';
    put({to, std::move(parts[i]), id, i + 1 == parts.size()});
  }
}

void plain_protocol::receive(const endpoint& from, std::string_view datagram, time_point /*now*/) {
  gone_.erase(from);
  if (datagram.empty()) return;
  if (sends_feeds_.size() < max_habits || sends_feeds_.contains(from)) sends_feeds_[from] = datagram.ends_with('\n');
  for (auto& line : datagram_lines(datagram)) {
    if (!options_.encoding.empty()) line = decoded(line, options_.encoding);
    tell({.type = event_type::message, .peer = from, .text = std::move(line)});
  }
}

void plain_protocol::handed_over(const outgoing& datagram, time_point now) {
  const bool is_broken = datagram.about == broken_.about && datagram.to == broken_.to;
  if (!datagram.is_last || is_broken) return;
  recent_.push_back({datagram.about, datagram.to, now});
  tell({.type = event_type::sent, .peer = datagram.to, .id = datagram.about});
}

void plain_protocol::unsent(const outgoing& datagram, const std::string& why, time_point /*now*/) {
  if (datagram.about == broken_.about && datagram.to == broken_.to) return;
  broken_ = {datagram.to, {}, datagram.about};
  tell({.type = event_type::failed, .peer = datagram.to, .text = why, .id = datagram.about});
}

void plain_protocol::unreachable(const endpoint& peer, const std::string& why, time_point now) {
  advance(now);
  for (const auto& message : recent_) {
    if (message.to == peer) tell({.type = event_type::failed, .peer = peer, .text = why, .id = message.id});
  }
  std::erase_if(recent_, [&](const pending& message) { return message.to == peer; });
  if (gone_.size() >= max_habits || !gone_.try_emplace(peer, true).second) return;
  tell({.type = event_type::left, .peer = peer, .text = why});
}

void plain_protocol::advance(time_point now) {
  while (!recent_.empty() && now - recent_.front().sent > comes_back_within) recent_.pop_front();
}

time_point plain_protocol::deadline() const { return time_point::max(); }

}  // namespace weft::chat_app

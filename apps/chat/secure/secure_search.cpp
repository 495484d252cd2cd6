#include <chrono>

#include "chat/secure/packet.hpp"
#include "chat/secure/secure_protocol.hpp"

namespace weft::chat_app::secure {
namespace {

constexpr duration search_interval = std::chrono::seconds(60);

}  // namespace

void secure_protocol::enter() {
  if (!options_.groups.empty()) next_search_ = time_point::min();
}

/// At once, after one, three and seven seconds, and then every minute.
void secure_protocol::seek(time_point now) {
  for (const auto& group : options_.groups) {
    put({.to = group.where, .bytes = seek_packet(seeker_), .interface = group.interface});
  }
  const auto pause = searches_ < 3 ? std::chrono::seconds(1 << searches_) : search_interval;
  ++searches_;
  next_search_ = now + pause;
}

void secure_protocol::answer_seek(const packet& got, const endpoint& from, time_point now) {
  if (options_.groups.empty() || got.counter == seeker_ || !finds_.take(now)) return;
  put({from, here_packet(got.counter)});
}

/// Who answers may be anyone: few handshakes are begun, and soon given up.
void secure_protocol::answer_here(const packet& got, const endpoint& from, time_point now) {
  if (options_.groups.empty() || got.counter != seeker_ || refused_.contains(from)) return;
  const auto* known = find_address(from);
  if (known == nullptr) known = find_named(from);
  if (known != nullptr && (known->has_session() || known->is_shaking() || known->refused_key())) return;
  if (!finds_.take(now)) return;
  if (links_.size() >= options_.max_links) forget_strangers();
  if (links_.size() >= options_.max_links) return;
  auto& link = link_of(from);
  if (!link.is_shaking()) begin(link, now);
  collect(link);
}

}  // namespace weft::chat_app::secure

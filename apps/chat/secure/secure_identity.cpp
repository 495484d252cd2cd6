#include <algorithm>

#include "chat/secure/packet.hpp"
#include "chat/secure/secure_protocol.hpp"

namespace weft::chat_app::secure {

bool secure_protocol::accepts(secure_link& link, const key_bytes& key) {
  const bool is_another = link.peer_key() && *link.peer_key() != key;
  const auto found = is_another ? verdict::changed : options_.judge(link.name(), key);
  if (found == verdict::accepted) return true;
  if (named_.contains(link.name())) refused_.insert(link.name());
  const auto* why = found == verdict::changed ? "this is not the key that is known" : "nobody knows this key";
  if (link.refused_key() != key)
    tell({.type = event_type::refused, .peer = link.name(), .text = fingerprint(key) + ": " + why});
  link.set_refused(key);
  link.drop_handshake();
  link.fail_all("it was refused", new_stream());
  return false;
}

/// The run tells two programs apart that have the same key.
secure_link* secure_protocol::find_same(const key_bytes& key, std::uint32_t run, const secure_link* but) {
  const auto found = std::ranges::find_if(links_, [&](const auto& link) {
    return link.get() != but && link->has_session() && link->peer_key() == key && link->peer_run() == run;
  });
  return found == links_.end() ? nullptr : found->get();
}

/// Who is at the other end, if it is there already by another address. Where the user has named both, only if it is the
/// same program for certain. Null: it is not.
secure_link* secure_protocol::known_otherwise(const secure_link& link) {
  const auto& key = link.handshake_key();
  if (const auto run = link.handshake_run()) {
    if (auto* same = find_same(key, *run, &link)) return same;
  }
  auto* other = link.peer_key() ? nullptr : find_key(key);
  if (other == nullptr || other == &link || !other->has_session()) return nullptr;
  return is_named(link) && is_named(*other) ? nullptr : other;
}

/// Goes on with the session that is there, under the name that the user knows. The peer, whose own hello was not answered
/// for ours, learns by an answer to it that it is one, too.
void secure_protocol::unite(secure_link& link, secure_link& other, time_point now) {
  if (is_named(link)) {
    if (!accepts(link, link.handshake_key())) return collect(link);
    if (!is_named(other)) {
      other.tell_moved(link.name());
      other.set_name(link.name());
      other.trust();
      other.tell_joined();
    }
  }
  const auto crossing = link.take_crossing();
  join(link, other, now);
  collect(other);
  if (crossing) answer_hello(*parse_packet(crossing->datagram), crossing->from, now);
}

/// The link is no more; what waits for it goes to the other.
void secure_protocol::join(secure_link& link, secure_link& other, time_point now) {
  collect(link);
  const auto name = link.name();
  for (const auto& more : link.others()) other.add_other(more);
  if (is_named(link) && name != other.name()) {
    other.add_other(name);
    collect(other);
    tell({.type = event_type::same,
          .peer = name,
          .text = "it is " + to_text(other.name()) + ", too",
          .same_as = other.name()});
  }
  for (const auto id : other.take_work(link, now)) {
    tell({.type = event_type::same, .peer = name, .id = id, .same_as = other.name()});
  }
  std::erase_if(links_, [&](const auto& one) { return one.get() == &link; });
}

/// Whose handshake it is: who is there under another of the names that the user gave, else who was named by that
/// address, else who has the key. A stranger whose address has another key is another stranger: nothing of the first is
/// for him. Null: there are too many, or it is refused.
secure_link* secure_protocol::link_for(const endpoint& from, const key_bytes& key, std::uint32_t run, time_point now) {
  auto* there = find_named(from);
  if (there != nullptr && there->name() != from && there->peer_key() != key) {
    there->forget_other(from);  // it was the peer's
    there = &link_of(from);
  }
  auto* same = there == nullptr ? nullptr : find_same(key, run, there);
  if (same != nullptr && is_named(*there) && is_named(*same)) {
    if (!accepts(*there, key)) {
      collect(*there);
      return nullptr;
    }
    join(*there, *same, now);
    return same;
  }
  if (there != nullptr && (named_.contains(from) || there->peer_key() == key)) return there;
  if (auto* known = find_key(key)) return known;
  if (there != nullptr && !there->peer_key()) return there;
  if (there != nullptr) {
    there->fail_all("somebody else is there", new_stream());
    collect(*there);
    std::erase_if(links_, [&](const auto& link) { return link.get() == there; });
  }
  forget_strangers();
  if (links_.size() >= options_.max_links) return nullptr;
  return &link_of(from);
}

void secure_protocol::forget_strangers() {
  std::erase_if(links_, [&](const auto& link) {
    return !named_.contains(link->name()) && !link->has_session() && link->waits_since() == time_point::max();
  });
}

}  // namespace weft::chat_app::secure

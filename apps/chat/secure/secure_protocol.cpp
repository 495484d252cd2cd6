#include "chat/secure/secure_protocol.hpp"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t max_half_open = 256;
constexpr duration half_open_life = std::chrono::seconds(10);
constexpr std::size_t max_half_open_each = 8;  // of one address
constexpr double handshake_rate = 100;
constexpr double handshake_burst = 200;
constexpr double find_rate = 20;  // answers to searches, and handshakes with those who were found
constexpr double find_burst = 100;
constexpr int find_tries = 4;
constexpr std::size_t max_apart = 64;  // strangers that are told about
constexpr double answer_rate = 1000;
constexpr double answer_burst = 1000;

std::uint64_t random_number() { return std::uint64_t{::randombytes_random()} << 32 | ::randombytes_random(); }

/// Who has an IPv6 address has its network of 64 bits.
std::string source_of(const endpoint& from) {
  const auto address = from.address();
  if (!address.is_v6()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

std::string fingerprint(const key_bytes& key) {
  constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<unsigned char, 20> hash{};
  ::crypto_generichash(hash.data(), hash.size(), key.data(), key.size(), nullptr, 0);
  std::string out;
  for (std::size_t bit = 0; bit < hash.size() * 8; bit += 5) {
    const auto byte = bit / 8;
    const unsigned two = unsigned{hash[byte]} << 8U | (byte + 1 < hash.size() ? unsigned{hash[byte + 1]} : 0U);
    if (bit > 0 && bit % 20 == 0) out += '-';
    out += digits[two >> (11 - bit % 8) & 31U];
  }
  return out;
}

secure_protocol::secure_protocol(secure_options options)
    : options_(std::move(options)),
      self_{.keys = options_.keys,
            .terms = terms_with(options_.shared_key),
            .run = ::randombytes_random(),
            .nick = options_.nick,
            .away = {}},
      handshakes_(handshake_rate, handshake_burst),
      answers_(answer_rate, answer_burst),
      seeker_(random_number()),
      finds_(find_rate, find_burst) {}

std::uint32_t secure_protocol::random_id() const { return ::randombytes_random(); }

std::uint64_t secure_protocol::new_stream() const { return std::uint64_t{self_.run} << 32 | ::randombytes_random(); }

/// Different from those in use.
std::uint32_t secure_protocol::new_id() const {
  for (;;) {
    const auto id = random_id();
    const bool is_used =
        std::ranges::any_of(links_,
                            [&](const auto& link) { return link->owns_session(id) || link->handshake_id() == id; }) ||
        std::ranges::any_of(half_open_, [&](const half_open& one) { return one.id == id; });
    if (id != 0 && !is_used) return id;
  }
}

secure_link* secure_protocol::find_named(const endpoint& name) const {
  const auto found = std::ranges::find_if(links_, [&](const auto& link) { return link->is_called(name); });
  return found == links_.end() ? nullptr : found->get();
}

secure_link* secure_protocol::find_address(const endpoint& address) {
  const auto found = std::ranges::find_if(links_, [&](const auto& link) { return link->address() == address; });
  return found == links_.end() ? nullptr : found->get();
}

secure_link* secure_protocol::find_key(const key_bytes& key) {
  const auto found = std::ranges::find_if(links_, [&](const auto& link) { return link->peer_key() == key; });
  return found == links_.end() ? nullptr : found->get();
}

secure_link& secure_protocol::link_of(const endpoint& name) {
  if (auto* known = find_named(name)) return *known;
  return *links_.emplace_back(std::make_unique<secure_link>(name, new_stream()));
}

void secure_protocol::collect(secure_link& link) {
  for (auto& datagram : link.take_outgoing()) put(std::move(datagram));
  for (auto& event : link.take_events()) tell(std::move(event));
}

void secure_protocol::begin(secure_link& link, time_point now) { link.begin_handshake(self_, new_id(), now); }

void secure_protocol::greet(const endpoint& peer, time_point now) {
  named_.insert(peer);
  refused_.erase(peer);
  apart_.erase(peer);
  auto& link = link_of(peer);
  link.trust();
  link.set_refused(std::nullopt);
  if (!link.has_session() && !link.is_shaking()) begin(link, now);
  collect(link);
}

void secure_protocol::send(message_id id, const endpoint& to, std::string_view text, time_point now) {
  if (refused_.contains(to)) return tell({.type = event_type::failed, .peer = to, .text = "it was refused", .id = id});
  auto& link = link_of(to);
  link.trust();
  // It has another name, too, under which it was sent to it.
  if (link.has_seen(id)) return tell({.type = event_type::same, .peer = to, .id = id, .same_as = link.name()});
  link.add(id, text, now);
  if (!link.has_session() && !link.is_shaking()) begin(link, now);
  collect(link);
}

void secure_protocol::receive(const endpoint& from, std::string_view datagram, time_point now) {
  const auto got = parse_packet(datagram);
  if (!got) return;
  switch (got->type) {
    case packet_type::hello: answer_hello(*got, from, now); break;
    case packet_type::reply: answer_reply(*got, from, now); break;
    case packet_type::finish: answer_finish(*got, from, now); break;
    case packet_type::cookie: answer_cookie(*got, now); break;
    case packet_type::seek: answer_seek(*got, from, now); break;
    case packet_type::here: answer_here(*got, from, now); break;
    case packet_type::apart: answer_apart(*got); break;
    case packet_type::data: {
      const auto link = std::ranges::find_if(links_, [&](const auto& one) { return one->owns_session(got->receiver); });
      if (link == links_.end()) return;
      (*link)->receive(*got, from, now);
      collect(**link);
      break;
    }
  }
}

void secure_protocol::answer_hello(const packet& got, const endpoint& from, time_point now) {
  const auto ephemeral = got.body.substr(0, ephemeral_size);
  const auto known = std::ranges::find(half_open_, ephemeral, &half_open::hello);
  if (known != half_open_.end()) {
    if (known->from == from && answers_.take(now)) put({from, known->reply});
    return;
  }
  const auto own = std::ranges::find_if(
      links_, [&](const auto& link) { return link->awaits_reply() && link->own_ephemeral() == ephemeral; });
  if (own != links_.end()) return tell_apart((*own)->name(), "it is this program itself");
  const auto cookie = hello_cookie(self_.terms, got.body);
  if (!cookie) return refuse_hello(got, from, now);
  // Both have said hello: the one with the smaller key goes on.
  if (auto* link = find_address(from); link != nullptr && link->awaits_reply()) {
    if (link->own_ephemeral() < ephemeral) {
      link->keep_crossing({from, hello_packet(got.sender, got.body)});
      if (answers_.take(now)) link->repeat_handshake(now);
      return collect(*link);
    }
    link->yield_handshake(now);
  }
  const bool is_proven = cookies_.is_ours(*cookie, from, got.sender, now);
  if (!may_begin(got, from, is_proven ? proof::shown : proof::none, now)) return;
  handshake state(handshake::role::responder, self_.keys, self_.terms);
  if (!state.read(got.body)) return;
  const auto id = new_id();
  auto reply = reply_packet(got.sender, id, state.write(run_bytes(self_.run)));
  if (half_open_.size() >= max_half_open) half_open_.pop_front();
  put({from, reply});
  half_open_.push_back(
      {id, got.sender, from, is_proven, std::string(ephemeral), std::move(reply), std::move(state), now});
}

/// Who has another pre-shared key is told so, that his user knows what is wrong; nothing else is to be had here. A hello
/// can be forged: a peer that is talked to is not said to have gone for it.
void secure_protocol::refuse_hello(const packet& got, const endpoint& from, time_point now) {
  if (!answers_.take(now)) return;
  put({from, apart_packet(got.sender)});
  const auto* link = find_address(from);
  if (link != nullptr && link->has_session()) return;
  tell_apart(link == nullptr ? from : link->name(), other_terms());
}

/// Anyone can have sent it who reads our hellos: it changes nothing.
void secure_protocol::answer_apart(const packet& got) {
  const auto asked = std::ranges::find_if(
      links_, [&](const auto& link) { return link->awaits_reply() && link->handshake_id() == got.receiver; });
  if (asked != links_.end()) tell_apart((*asked)->name(), other_terms());
}

const char* secure_protocol::other_terms() const {
  return self_.terms.shared_key ? "no agreement: it has another pre-shared key, or none"
                                : "no agreement: it has a pre-shared key";
}

/// Once for each name, until there is a session.
void secure_protocol::tell_apart(const endpoint& name, const std::string& why) {
  if (apart_.size() >= max_apart && !named_.contains(name)) return;
  if (!apart_.insert(name).second) return;
  tell({.type = event_type::left, .peer = name, .text = why});
}

/// Whether a hello is worth a handshake. When many are unfinished, most may come from addresses that are not the
/// sender's: then only those that can read what is sent to theirs, and few of each.
bool secure_protocol::may_begin(const packet& got, const endpoint& from, proof shown, time_point now) {
  if (shown == proof::none) {
    if (half_open_.size() < options_.max_unproven) return handshakes_.take(now);
    if (answers_.take(now)) put({from, cookie_packet(got.sender, cookies_.make(from, got.sender, now))});
    return false;
  }
  const auto source = source_of(from);
  const auto unfinished = std::ranges::count_if(
      half_open_, [&](const half_open& one) { return one.is_proven && source_of(one.from) == source; });
  return static_cast<std::size_t>(unfinished) < max_half_open_each && handshakes_.take(now);
}

void secure_protocol::answer_cookie(const packet& got, time_point now) {
  const auto asked = std::ranges::find_if(
      links_, [&](const auto& link) { return link->awaits_reply() && link->handshake_id() == got.receiver; });
  if (asked == links_.end()) return;
  (*asked)->take_cookie(self_, got.body, now);
  collect(**asked);
}

void secure_protocol::answer_reply(const packet& got, const endpoint& from, time_point now) {
  const auto found = std::ranges::find_if(
      links_, [&](const auto& link) { return link->handshake_id() != 0 && link->handshake_id() == got.receiver; });
  if (found == links_.end()) return;
  auto& link = **found;
  if (!link.awaits_reply()) {
    link.repeat_finish(got, now);  // it was lost
    return collect(link);
  }
  if (!link.read_reply(got)) return;
  if (auto* other = known_otherwise(link)) return unite(link, *other, now);
  apart_.erase(link.name());
  if (link.is_called(from)) link.set_address(from);
  if (accepts(link, link.handshake_key())) link.finish_handshake(self_, got, now);
  collect(link);
}

void secure_protocol::answer_finish(const packet& got, const endpoint& from, time_point now) {
  const auto owner = std::ranges::find_if(links_, [&](const auto& one) { return one->owns_session(got.receiver); });
  if (owner != links_.end()) {  // our answer to it was lost
    if ((*owner)->has_read(got.body)) (*owner)->introduce(self_, now);
    return collect(**owner);
  }
  const auto half = std::ranges::find(half_open_, got.receiver, &half_open::id);
  if (half == half_open_.end()) return;
  auto state = half->state;  // what is not authentic must not end the handshake
  const auto payload = state.read(got.body);
  const auto peer = payload ? parse_introduction(*payload) : std::nullopt;
  if (!peer) return;
  const auto peer_id = half->peer_id;
  const auto hello = half->hello;
  const auto begun = half->created;
  half_open_.erase(half);
  const auto run = run_of(peer->stream);
  auto* link = link_for(from, state.peer_key(), run, now);
  if (link == nullptr) return;
  if (link->is_settled_since(begun, state.peer_key(), run)) return collect(*link);
  apart_.erase(link->name());
  // Both have finished one: the one that goes on is that whose hello goes before when they cross.
  if (link->is_shaking() && !link->awaits_reply() && link->own_ephemeral() < hello) return collect(*link);
  if (accepts(*link, state.peer_key())) {
    link->set_address(from);
    link->drop_handshake();
    link->install({state.split(), got.receiver, peer_id, now}, state.peer_key(), now);
    link->remember_finish(got.body);
    link->meet(*peer, now);
    link->introduce(self_, now);
  }
  collect(*link);
}

void secure_protocol::unsent(const outgoing& datagram, const std::string& why, time_point now) {
  unreachable(datagram.to, why, now);
}

void secure_protocol::unreachable(const endpoint& peer, const std::string& why, time_point /*now*/) {
  auto* link = find_address(peer);
  if (link == nullptr) return;
  link->report_closed(why);
  collect(*link);
}

void secure_protocol::advance(time_point now) {
  if (now >= next_search_) seek(now);
  while (!half_open_.empty() && now - half_open_.front().created >= half_open_life) half_open_.pop_front();
  for (const auto& link : links_) {
    const bool is_refused = refused_.contains(link->name());
    const bool is_named = named_.contains(link->name());
    const auto since = link->waits_since();
    if (since != time_point::max() && now - since >= options_.patience) {
      link->fail_all("no sign of it", new_stream());
      if (!is_named) link->drop_handshake();
    }
    const bool has_purpose = is_named || since != time_point::max() || link->is_here();
    if (!has_purpose && link->awaits_reply() && link->tries() > find_tries) link->drop_handshake();
    if (link->advance(now)) {
      const bool has_work = link->waits_since() != time_point::max();
      if (!is_refused && (is_named || has_work || link->is_here())) begin(*link, now);
      if (!link->is_shaking()) link->close(now);
    }
    collect(*link);
  }
}

std::size_t secure_protocol::backlog(const endpoint& peer) const {
  const auto* link = find_named(peer);
  return link == nullptr ? 0 : link->backlog();
}

std::string secure_protocol::about(const endpoint& peer) const {
  const auto* link = find_named(peer);
  if (link == nullptr || !link->peer_key()) return {};
  auto text = "key " + fingerprint(*link->peer_key());
  if (link->address() != link->name()) text += ", at " + to_text(link->address());
  if (const auto round_trip = link->round_trip()) {
    const auto milliseconds = std::chrono::duration<double, std::milli>(*round_trip).count();
    text += ", " + std::to_string(static_cast<long>(milliseconds + 0.5)) + " ms";
  }
  return text;
}

time_point secure_protocol::deadline() const {
  auto due = next_search_;
  for (const auto& link : links_) {
    due = std::min(due, link->deadline());
    if (const auto since = link->waits_since(); since != time_point::max())
      due = std::min(due, since + options_.patience);
  }
  return due;
}

void secure_protocol::announce(const std::string& nick, const std::string& away, time_point now) {
  self_.nick = nick;
  self_.away = away;
  for (const auto& link : links_) {
    link->announce(self_, now);
    collect(*link);
  }
}

void secure_protocol::leave(time_point now) {
  for (const auto& link : links_) {
    link->close(now);
    collect(*link);
  }
}

}  // namespace weft::chat_app::secure

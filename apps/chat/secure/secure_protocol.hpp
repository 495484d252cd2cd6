#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chat/protocol.hpp"
#include "chat/secure/cookie_jar.hpp"
#include "chat/secure/secure_link.hpp"
#include "chat/token_bucket.hpp"

namespace weft::chat_app::secure {

/// What is known about a key that a peer has shown.
enum class verdict {
  accepted,
  unknown,  ///< nobody has vouched for it
  changed,  ///< the peer has another one
};

/// A multicast group on one interface.
struct search_group {
  endpoint where;
  unsigned interface = 0;
};

struct secure_options {
  key_pair keys;
  std::string nick;
  /// Asked for each key before anything of the peer is believed; `peer` is its name.
  std::function<verdict(const endpoint& peer, const key_bytes& key)> judge;
  duration patience = std::chrono::seconds(60);  ///< messages fail after so long without any sign of the peer
  std::size_t max_links = 256;                   ///< peers, strangers included
  /// Where peers are sought, and where we are found by those who seek; empty: neither.
  std::vector<search_group> groups = {};
  std::optional<key_bytes> shared_key = {};  ///< pre-shared: who has not got the same one is not talked to
  std::size_t max_unproven = 32;             ///< unfinished handshakes; with more of them a hello has to bring a cookie
};

/// Reliable, ordered, encrypted and authenticated messages over datagrams: docs/protocols/weft-chat-secure.md.
///
/// A message is `delivered` when the peer has acknowledged all of it, and `failed` when it gave no sign for `patience`;
/// then it may still have arrived. A key that the judge does not accept is told as `refused`; its text is the key's
/// fingerprint and what is wrong with it. A key is one peer in each run of its program: addresses of the same one that
/// the user named are told as `same`, and a message to several of them goes once. A peer with another pre-shared key is
/// told as `left`, once, and so is an address that leads back to here.
class secure_protocol final : public protocol {
 public:
  explicit secure_protocol(secure_options options);

  void enter() override;
  void greet(const endpoint& peer, time_point now) override;
  void send(message_id id, const endpoint& to, std::string_view text, time_point now) override;
  std::size_t backlog(const endpoint& peer) const override;
  std::string about(const endpoint& peer) const override;
  void receive(const endpoint& from, std::string_view datagram, time_point now) override;
  void handed_over(const outgoing& /*datagram*/, time_point /*now*/) override {}
  void unsent(const outgoing& datagram, const std::string& why, time_point now) override;
  void unreachable(const endpoint& peer, const std::string& why, time_point now) override;
  void advance(time_point now) override;
  time_point deadline() const override;
  void announce(const std::string& nick, const std::string& away, time_point now) override;
  void leave(time_point now) override;

 private:
  struct half_open {
    std::uint32_t id;
    std::uint32_t peer_id;
    endpoint from;
    bool is_proven;     // that the initiator is there
    std::string hello;  // the initiator's ephemeral key: the same again is a repetition
    std::string reply;
    handshake state;
    time_point created;
  };

  enum class proof { none, shown };

  void answer_hello(const packet& got, const endpoint& from, time_point now);
  bool may_begin(const packet& got, const endpoint& from, proof shown, time_point now);
  void seek(time_point now);
  void answer_seek(const packet& got, const endpoint& from, time_point now);
  void answer_here(const packet& got, const endpoint& from, time_point now);
  void answer_cookie(const packet& got, time_point now);
  void answer_apart(const packet& got);
  void refuse_hello(const packet& got, const endpoint& from, time_point now);
  void tell_apart(const endpoint& name, const std::string& why);
  const char* other_terms() const;
  void answer_reply(const packet& got, const endpoint& from, time_point now);
  void answer_finish(const packet& got, const endpoint& from, time_point now);
  secure_link* known_otherwise(const secure_link& link);
  void unite(secure_link& link, secure_link& other, time_point now);
  void join(secure_link& link, secure_link& other, time_point now);
  bool accepts(secure_link& link, const key_bytes& key);
  secure_link& link_of(const endpoint& name);
  secure_link* find_named(const endpoint& name) const;
  secure_link* find_address(const endpoint& address);
  secure_link* find_key(const key_bytes& key);
  secure_link* find_same(const key_bytes& key, std::uint32_t run, const secure_link* but);
  secure_link* link_for(const endpoint& from, const key_bytes& key, std::uint32_t run, time_point now);
  bool is_named(const secure_link& link) const { return named_.contains(link.name()); }
  std::uint64_t new_stream() const;
  void begin(secure_link& link, time_point now);
  void collect(secure_link& link);
  void forget_strangers();
  std::uint32_t new_id() const;
  std::uint32_t random_id() const;

  secure_options options_;
  self self_;
  std::deque<std::unique_ptr<secure_link>> links_;
  std::set<endpoint> named_;         // by the user
  std::set<endpoint> refused_;       // of those; not tried again until greeted
  std::set<endpoint> apart_;         // with whom there is no agreement; told once
  std::deque<half_open> half_open_;  // oldest first
  cookie_jar cookies_;
  token_bucket handshakes_;  // cost the most
  token_bucket answers_;     // that cost little
  std::uint64_t seeker_;     // what our searches are known by
  token_bucket finds_;
  int searches_ = 0;
  time_point next_search_ = time_point::max();
};

/// How a key is shown and compared: base32 of its BLAKE2b hash, in groups.
std::string fingerprint(const key_bytes& key);

}  // namespace weft::chat_app::secure

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/endpoint.hpp"

namespace weft::chat_app {

/// Someone to talk to.
struct peer {
  endpoint where;
  std::string nick = {};     ///< as the peer, or the user, chose it; empty: none
  bool is_named = false;     ///< the user named it: no stranger
  bool is_here = true;       ///< as far as is known
  std::size_t received = 0;  ///< messages
  std::size_t sent = 0;
};

/// Whom a chat knows, and whom it talks to: every peer that was named, until someone is chosen.
///
/// Strangers that were heard are kept, at most `max_strangers`, so that they can be chosen; a line does not go to them.
class peer_table {
 public:
  static constexpr std::size_t max_strangers = 256;

  /// A peer that the user named; known already: it is one now.
  peer& add(const endpoint& where, std::string nick = {});
  /// The entry of someone who was heard. Null: there are too many of them.
  peer* heard(const endpoint& where);

  peer* find(const endpoint& where);
  /// By nick, by "address:port" or by the beginning of one of the two, if it is only one's.
  peer* find(std::string_view name);

  /// Whom a line goes to.
  std::vector<endpoint> targets() const;
  /// A line goes to these only; empty: to every peer that was named.
  void choose(const std::vector<endpoint>& chosen);
  bool has_choice() const { return !chosen_.empty(); }

  const std::deque<peer>& all() const { return peers_; }
  /// The name to show: the nick, else empty.
  std::string nick_of(const endpoint& where) const;

 private:
  std::deque<peer> peers_;  // references stay
  std::vector<endpoint> chosen_;
  std::size_t strangers_ = 0;
};

}  // namespace weft::chat_app

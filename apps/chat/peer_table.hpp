#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/endpoint.hpp"

namespace weft::chat_app {

/// Someone to talk to.
struct peer {
  endpoint where;
  std::vector<endpoint> also = {};  ///< other addresses of it
  std::string nick = {};            ///< as the peer, or the user, chose it; empty: none
  bool is_named = false;            ///< the user named it: no stranger
  bool is_here = true;              ///< as far as is known
  std::size_t received = 0;         ///< messages
  std::size_t sent = 0;
  std::uint64_t heard = 0;  ///< a higher one: heard later
};

/// Whom a chat knows, and whom it talks to: every peer that was named, until someone is chosen.
///
/// Strangers that were heard are kept, the last `max_strangers`, so that they can be chosen; a line does not go to them.
class peer_table {
 public:
  static constexpr std::size_t max_strangers = 256;

  /// A peer that the user named; known already: it is one now.
  peer& add(const endpoint& where, std::string nick = {});
  /// The entry of someone who was heard. When there are too many strangers, the one that was silent for the longest and
  /// is not chosen goes; null: all are chosen. Lifetime: until somebody else is heard.
  peer* heard(const endpoint& where);

  peer* find(const endpoint& where);
  /// What was known as two is one, at `kept`.
  void unite(const endpoint& gone, const endpoint& kept);
  /// By "address:port", by nick, or by the beginning of one of the two, if it is only one's: a nick that several have is
  /// that of the one whom the user named.
  peer* find(std::string_view name);

  /// Whom a line goes to.
  std::vector<endpoint> targets() const;
  /// A line goes to these only; empty: to every peer that was named.
  void choose(const std::vector<endpoint>& chosen);
  bool has_choice() const { return !chosen_.empty(); }

  const std::list<peer>& all() const { return peers_; }

 private:
  bool forget_stranger();

  std::list<peer> peers_;
  std::vector<endpoint> chosen_;
  std::size_t strangers_ = 0;
  std::uint64_t last_heard_ = 0;
};

}  // namespace weft::chat_app

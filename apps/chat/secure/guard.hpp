#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chat/secure/key_file.hpp"
#include "chat/secure/secure_protocol.hpp"

namespace weft::chat_app::secure {

/// What happens to a key that nobody knows.
enum class acceptance { ask, known, all };

/// Decides whom to believe: the keys of known peers, and the user's rule for others.
///
/// A peer that the user named is known by that name, "host:port"; a stranger by any known key, else by his address.
/// A key that differs from the one known for a name is refused under every rule.
class guard {
 public:
  guard(known_peers known, acceptance rule) : known_(std::move(known)), rule_(rule) {}

  /// The user calls the peer there so.
  void name(const endpoint& peer, const std::string& name) { names_[peer] = name; }
  /// Errors: boost::system::system_error when a new key cannot be kept.
  verdict judge(const endpoint& peer, const key_bytes& key);
  /// The keys of the peer that were refused for being unknown, the last ones, oldest first. More than one: somebody
  /// wants to be taken for the peer.
  std::vector<key_bytes> waiting(const endpoint& peer) const;
  /// One of those is known from here on.
  void accept(const endpoint& peer, const key_bytes& key);

 private:
  std::string name_of(const endpoint& peer) const;
  void remember(const endpoint& peer, const key_bytes& key);

  known_peers known_;
  acceptance rule_;
  std::map<endpoint, std::string> names_;
  std::map<endpoint, std::vector<key_bytes>> unknown_;  // that were refused
};

}  // namespace weft::chat_app::secure

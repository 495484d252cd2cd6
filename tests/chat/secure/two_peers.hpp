#pragma once

#include <sodium.h>

#include <string>
#include <vector>

#include "chat/secure/secure_protocol.hpp"
#include "chat/secure/simulated_network.hpp"

namespace weft::chat_app::testing {

using namespace secure;

inline const endpoint ann = address(1);
inline const endpoint bob = address(2);

inline secure_options options_of(const std::string& nick, const key_pair& keys = key_pair::random()) {
  secure_options options;
  options.keys = keys;
  options.nick = nick;
  options.judge = [](const endpoint&, const key_bytes&) { return verdict::accepted; };
  return options;
}

/// What a node was told, sorted by kind.
struct told {
  std::vector<std::string> messages;
  std::vector<message_id> delivered;
  std::vector<message_id> failed;
  std::vector<std::string> others;

  void take(std::vector<chat_event> events) {
    for (auto& event : events) {
      if (event.type == event_type::message)
        messages.push_back(event.text);
      else if (event.type == event_type::delivered)
        delivered.push_back(event.id);
      else if (event.type == event_type::failed)
        failed.push_back(event.id);
      else
        others.push_back(name_of(event.type) + " " + event.nick + " " + event.text);
    }
  }
};

/// Two peers that know each other's address.
struct pair_of_peers {
  explicit pair_of_peers(weather sky = {}, std::uint64_t seed = 1) : network(sky, seed) {
    network.attach(ann, first);
    network.attach(bob, second);
    first.greet(bob, network.now());
  }
  void take() {
    at_ann.take(network.events(ann));
    at_bob.take(network.events(bob));
  }

  simulated_network network;
  key_pair bobs_keys = key_pair::random();
  secure_protocol first{options_of("ann")};
  secure_protocol second{options_of("bob", bobs_keys)};
  told at_ann;
  told at_bob;
};

inline std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  ::randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

inline std::vector<std::string> numbered(const std::string& who, int count) {
  std::vector<std::string> lines;
  for (int i = 1; i <= count; ++i) lines.push_back(who + " says line " + std::to_string(i));
  return lines;
}

}  // namespace weft::chat_app::testing

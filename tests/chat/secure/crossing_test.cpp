#include <doctest/doctest.h>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

namespace {

const endpoint anns_other = address(11);
const endpoint bobs_other = address(12);

/// Lets both say hello at about the same time, to all addresses of the other, over a network on which datagrams overtake
/// each other; gives whether what they say afterwards arrives without a new handshake.
bool agree(std::uint64_t seed, const std::vector<endpoint>& of_ann, const std::vector<endpoint>& of_bob) {
  simulated_network network({.jitter = 400ms}, seed);
  secure_protocol first(options_of("ann"));
  secure_protocol second(options_of("bob"));
  network.attach(ann, first);
  network.attach(bob, second);
  if (of_ann.size() > 1) network.attach_again(ann, of_ann.back());
  if (of_bob.size() > 1) network.attach_again(bob, of_bob.back());
  for (const auto& where : of_bob) first.greet(where, network.now());
  network.run(60ms * (seed % 7));
  for (const auto& where : of_ann) second.greet(where, network.now());
  network.run(3s);
  network.set_weather({});
  first.send(1, bob, "from ann", network.now());
  second.send(1, ann, "from bob", network.now());
  told at_ann;
  told at_bob;
  return network.run(5s, [&] {
    at_ann.take(network.events(ann));
    at_bob.take(network.events(bob));
    return at_ann.delivered.size() == 1 && at_bob.delivered.size() == 1;
  });
}

}  // namespace

TEST_CASE("secure: handshakes that cross and overtake each other leave both with the same session") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    CHECK(agree(seed, {ann}, {bob}));
    CHECK(agree(seed, {ann, anns_other}, {bob, bobs_other}));
  }
}

TEST_CASE("secure: who was given its own address is told that it is this program itself, once") {
  simulated_network network({}, 1);
  secure_protocol only(options_of("ann"));
  network.attach(ann, only);
  only.greet(ann, network.now());
  only.send(1, ann, "to myself", network.now());
  network.run(120s);
  told heard;
  heard.take(network.events(ann));
  CHECK(heard.others == std::vector<std::string>{"left  it is this program itself"});
  CHECK(heard.failed == std::vector<message_id>{1});
  for (const auto& datagram : network.history()) CHECK(parse_packet(datagram.bytes)->type == packet_type::hello);
}

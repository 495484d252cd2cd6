#include <doctest/doctest.h>

#include <algorithm>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

namespace {

secure_options options_with(const std::string& nick, const std::optional<key_bytes>& shared_key) {
  auto options = options_of(nick);
  options.shared_key = shared_key;
  options.judge = [](const endpoint&, const key_bytes&) {
    FAIL("a key was shown");
    return verdict::unknown;
  };
  return options;
}

const auto one_key = key_pair::random().secret;
const auto another_key = key_pair::random().secret;
constexpr std::string_view other_key = "left  no agreement: it has another pre-shared key, or none";
constexpr std::string_view has_key = "left  no agreement: it has a pre-shared key";

std::size_t times_told(const told& heard, std::string_view what) {
  return static_cast<std::size_t>(std::ranges::count(heard.others, what));
}

}  // namespace

TEST_CASE("secure: who has the same pre-shared key is talked to, also by a bad network") {
  simulated_network network({.loss = 0.3, .duplication = 0.2, .jitter = 200ms}, 3);
  auto options = options_of("ann");
  options.shared_key = one_key;
  secure_protocol first(options);
  options.keys = key_pair::random();
  options.nick = "bob";
  secure_protocol second(options);
  network.attach(ann, first);
  network.attach(bob, second);
  first.greet(bob, network.now());
  second.greet(ann, network.now());
  const auto lines = numbered("ann", 50);
  for (std::size_t i = 0; i < lines.size(); ++i) first.send(i + 1, bob, lines[i], network.now());
  told at_ann;
  told at_bob;
  CHECK(network.run(60s, [&] {
    at_ann.take(network.events(ann));
    at_bob.take(network.events(bob));
    return at_ann.delivered.size() == lines.size();
  }));
  CHECK(at_bob.messages == lines);
}

TEST_CASE("secure: a cookie is brought back under the pre-shared key, too") {
  simulated_network network({}, 1);
  auto options = options_of("ann");
  options.shared_key = one_key;
  secure_protocol first(options);
  options.keys = key_pair::random();
  options.max_unproven = 0;
  secure_protocol second(options);
  network.attach(ann, first);
  network.attach(bob, second);
  first.greet(bob, network.now());
  first.send(1, bob, "text", network.now());
  told at_bob;
  CHECK(network.run(10s, [&] {
    at_bob.take(network.events(bob));
    return at_bob.messages.size() == 1;
  }));
}

TEST_CASE("secure: peers with different pre-shared keys, or only one with one, show no keys and are told once") {
  const std::pair<std::optional<key_bytes>, std::optional<key_bytes>> combinations[] = {
      {one_key, another_key}, {one_key, std::nullopt}, {std::nullopt, one_key}};
  for (const auto& [anns, bobs] : combinations) {
    for (const bool both_greet : {false, true}) {
      simulated_network network({}, 1);
      secure_protocol first(options_with("ann", anns));
      secure_protocol second(options_with("bob", bobs));
      network.attach(ann, first);
      network.attach(bob, second);
      first.greet(bob, network.now());
      if (both_greet) second.greet(ann, network.now());
      first.send(1, bob, "text", network.now());
      network.run(120s);
      told at_ann;
      told at_bob;
      at_ann.take(network.events(ann));
      at_bob.take(network.events(bob));
      CHECK(at_ann.failed == std::vector<message_id>{1});
      CHECK(at_bob.messages.empty());
      CHECK(times_told(at_ann, anns ? other_key : has_key) == 1);
      CHECK(times_told(at_bob, bobs ? other_key : has_key) == 1);
      CHECK(at_ann.others.size() == 1);
      CHECK(at_bob.others.size() == 1);
      for (const auto& datagram : network.history()) {
        const auto got = parse_packet(datagram.bytes);
        REQUIRE(got);
        CHECK((got->type == packet_type::hello || got->type == packet_type::apart));
      }
    }
  }
}

TEST_CASE("secure: a peer that gets the right pre-shared key is talked to, and later trouble is told again") {
  simulated_network network({}, 1);
  auto options = options_of("ann");
  options.shared_key = one_key;
  secure_protocol first(options);
  secure_protocol wrong(options_with("bob", another_key));
  options.keys = key_pair::random();
  secure_protocol right(options);
  network.attach(ann, first);
  network.attach(bob, wrong);
  first.greet(bob, network.now());
  network.run(30s);
  told at_ann;
  at_ann.take(network.events(ann));
  CHECK(times_told(at_ann, other_key) == 1);
  network.attach(bob, right);
  first.send(1, bob, "text", network.now());
  CHECK(network.run(60s, [&] {
    at_ann.take(network.events(ann));
    return at_ann.delivered.size() == 1;
  }));
  network.attach(bob, wrong);
  first.send(2, bob, "text", network.now());
  network.run(120s);
  at_ann.take(network.events(ann));
  CHECK(at_ann.failed == std::vector<message_id>{2});
  CHECK(times_told(at_ann, other_key) == 2);
}

TEST_CASE("secure: an answer that says apart and was not asked for is nothing, and hellos of many are told of a few") {
  simulated_network network({}, 1);
  pair_of_peers peers;
  peers.network.run(5s);
  peers.take();
  const auto before = peers.at_ann.others;
  peers.first.receive(bob, apart_packet(0), peers.network.now());
  peers.first.receive(bob, apart_packet(7), peers.network.now());
  peers.take();
  CHECK(peers.at_ann.others == before);
  secure_protocol server(options_with("server", one_key));
  std::size_t told_of = 0;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    server.receive(address(port), hello_packet(7, random_bytes(32) + hello_payload({}, {})), network.now());
    told_of += server.take_events().size();
  }
  CHECK(told_of == 64);
}

TEST_CASE("secure: a forged hello with another pre-shared key does not say that a peer which is talked to has gone") {
  pair_of_peers peers;
  peers.network.run(5s);
  peers.take();
  const auto before = peers.at_bob.others;
  peers.second.receive(ann, hello_packet(7, random_bytes(32) + random_bytes(212)), peers.network.now());
  peers.take();
  peers.at_bob.take(peers.second.take_events());
  CHECK(peers.at_bob.others == before);
}

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

TEST_CASE("secure: a message arrives, and its sender is told") {
  pair_of_peers peers;
  peers.first.send(1, bob, "hello", peers.network.now());
  peers.network.run(2s);
  peers.take();
  CHECK(peers.at_bob.messages == std::vector<std::string>{"hello"});
  CHECK(peers.at_ann.delivered == std::vector<message_id>{1});
  CHECK(peers.at_ann.others == std::vector<std::string>{"joined bob "});
  CHECK(peers.at_bob.others == std::vector<std::string>{"joined ann "});
  peers.second.send(1, ann, "hello back", peers.network.now());
  peers.network.run(2s);
  peers.take();
  CHECK(peers.at_ann.messages == std::vector<std::string>{"hello back"});
}

TEST_CASE("secure: both may say hello at the same time") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    pair_of_peers peers({.loss = 0.3, .jitter = 30ms}, seed);
    peers.second.greet(ann, peers.network.now());
    peers.first.send(1, bob, "from ann", peers.network.now());
    peers.second.send(1, ann, "from bob", peers.network.now());
    const bool done = peers.network.run(50s, [&] {
      peers.take();
      return !peers.at_ann.delivered.empty() && !peers.at_bob.delivered.empty();
    });
    CHECK(done);
    CHECK(peers.at_bob.messages == std::vector<std::string>{"from ann"});
    CHECK(peers.at_ann.messages == std::vector<std::string>{"from bob"});
  }
}

TEST_CASE("secure: peers that know each other by addresses from which nothing comes are one conversation") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulated_network network({.loss = 0.2, .delay = 50ms, .jitter = 20ms}, seed);
    secure_protocol first(options_of("ann"));
    secure_protocol second(options_of("bob"));
    network.attach(ann, first);
    network.attach(bob, second);
    network.relay(address(11), address(12), bob);
    network.relay(address(21), address(22), ann);
    first.greet(address(11), network.now());
    second.greet(address(21), network.now());
    first.send(1, address(11), "from ann", network.now());
    second.send(1, address(21), "from bob", network.now());
    network.run(5min);
    first.send(2, address(11), "later from ann", network.now());
    second.send(2, address(21), "later from bob", network.now());
    network.run(30s);
    told at_ann;
    told at_bob;
    at_ann.take(network.events(ann));
    at_bob.take(network.events(bob));
    CAPTURE(seed);
    CHECK(at_ann.messages == std::vector<std::string>{"from bob", "later from bob"});
    CHECK(at_bob.messages == std::vector<std::string>{"from ann", "later from ann"});
    CHECK(at_ann.delivered == std::vector<message_id>{1, 2});
    CHECK(at_bob.delivered == std::vector<message_id>{1, 2});
  }
}

TEST_CASE("secure: 1000 lines each way at 30 % loss, 20 % duplication, reordering and 200 ms: all once, in order") {
  pair_of_peers peers({.loss = 0.3, .duplication = 0.2, .delay = 200ms, .jitter = 100ms}, 42);
  const auto from_ann = numbered("ann", 1000);
  const auto from_bob = numbered("bob", 1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    peers.first.send(i + 1, bob, from_ann[i], peers.network.now());
    peers.second.send(i + 1, ann, from_bob[i], peers.network.now());
  }
  const bool done = peers.network.run(2h, [&] {
    peers.take();
    return peers.at_ann.delivered.size() + peers.at_ann.failed.size() == 1000 &&
           peers.at_bob.delivered.size() + peers.at_bob.failed.size() == 1000;
  });
  CHECK(done);
  CHECK(peers.at_ann.failed.empty());
  CHECK(peers.at_bob.failed.empty());
  CHECK(peers.at_ann.messages == from_bob);
  CHECK(peers.at_bob.messages == from_ann);
  CHECK(std::ranges::is_sorted(peers.at_ann.delivered));
  MESSAGE("simulated seconds: ", std::chrono::duration<double>(peers.network.now().time_since_epoch() - 1h).count(),
          ", datagrams: ", peers.network.history().size());
}

TEST_CASE("secure: a long message goes in fragments that fit a datagram") {
  pair_of_peers peers({.loss = 0.1, .jitter = 20ms}, 3);
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i) text += "word " + std::to_string(i) + " ";
  peers.first.send(1, bob, text, peers.network.now());
  CHECK(peers.network.run(10min, [&] {
    peers.take();
    return !peers.at_ann.delivered.empty();
  }));
  REQUIRE(peers.at_bob.messages.size() == 1);
  CHECK(peers.at_bob.messages.front() == text);
  for (const auto& datagram : peers.network.history()) CHECK(datagram.bytes.size() <= max_datagram);
}

TEST_CASE("secure: nothing of a message can be read on the way, and nothing that was changed is believed") {
  pair_of_peers peers;
  peers.first.send(1, bob, "the secret", peers.network.now());
  peers.network.run(2s);
  peers.take();
  const auto history = peers.network.history();
  for (const auto& datagram : history) {
    CHECK(datagram.bytes.find("secret") == std::string::npos);
    CHECK(datagram.bytes.find("ann") == std::string::npos);
  }
  for (auto datagram : history) {
    for (std::size_t i = 0; i < datagram.bytes.size(); i += 7) {
      auto changed = datagram;
      changed.bytes[i] = static_cast<char>(changed.bytes[i] ^ 0x20);
      peers.network.inject(changed);
    }
    datagram.bytes.pop_back();
    peers.network.inject(datagram);
  }
  peers.network.run(1s);
  peers.take();
  CHECK(peers.at_bob.messages.size() == 1);
  CHECK(peers.at_ann.delivered.size() == 1);
  CHECK(peers.at_bob.others.size() == 1);
}

TEST_CASE("secure: what is replayed, also from elsewhere, is neither shown again nor moves the peer") {
  pair_of_peers peers;
  for (message_id id = 1; id <= 5; ++id) peers.first.send(id, bob, "line", peers.network.now());
  peers.network.run(2s);
  peers.take();
  const auto history = peers.network.history();
  for (auto datagram : history) {
    datagram.from = address(99);
    peers.network.inject(datagram);
  }
  peers.network.run(1s);
  peers.second.send(1, ann, "to the real one", peers.network.now());
  peers.network.run(2s);
  peers.take();
  CHECK(peers.at_bob.messages.size() == 5);
  CHECK(peers.at_ann.messages == std::vector<std::string>{"to the real one"});
}

TEST_CASE("secure: a peer whose address changes is followed") {
  pair_of_peers peers;
  peers.first.send(1, bob, "before", peers.network.now());
  peers.network.run(2s);
  peers.take();
  const auto elsewhere = address(77);
  peers.network.move(ann, elsewhere);
  peers.first.send(2, bob, "after", peers.network.now());
  peers.network.run(2s);
  peers.second.send(1, ann, "found you", peers.network.now());
  peers.network.run(2s);
  peers.at_ann.take(peers.network.events(elsewhere));
  peers.at_bob.take(peers.network.events(bob));
  CHECK(peers.at_bob.messages == std::vector<std::string>{"before", "after"});
  CHECK(peers.at_ann.messages == std::vector<std::string>{"found you"});
  CHECK(peers.at_bob.delivered == std::vector<message_id>{1});
}

TEST_CASE("secure: a peer that starts again gets what it has not got, once") {
  pair_of_peers peers;
  secure_protocol again(options_of("bob again", peers.bobs_keys));
  peers.first.send(1, bob, "one", peers.network.now());
  peers.network.run(2s);
  peers.network.detach(bob);
  peers.first.send(2, bob, "two", peers.network.now());
  peers.network.run(5s);
  peers.network.attach(bob, again);
  peers.network.run(55s);
  peers.at_ann.take(peers.network.events(ann));
  told at_new;
  at_new.take(peers.network.events(bob));
  CHECK(at_new.messages == std::vector<std::string>{"two"});
  CHECK(peers.at_ann.delivered == std::vector<message_id>{1, 2});
}

TEST_CASE("secure: without any sign of the peer a message fails, and later ones still arrive") {
  pair_of_peers peers;
  peers.network.run(1s);
  peers.network.set_weather({.loss = 1});
  peers.first.send(1, bob, "lost", peers.network.now());
  peers.first.send(2, bob, "lost too", peers.network.now());
  peers.network.run(2min);
  peers.take();
  CHECK(peers.at_ann.failed == std::vector<message_id>{1, 2});
  peers.network.set_weather({});
  peers.first.send(3, bob, "here again", peers.network.now());
  peers.network.run(1min);
  peers.take();
  CHECK(peers.at_bob.messages == std::vector<std::string>{"here again"});
  CHECK(peers.at_ann.delivered == std::vector<message_id>{3});
}

TEST_CASE("secure: a key that is not accepted gets nothing and is told") {
  for (const auto found : {verdict::unknown, verdict::changed}) {
    simulated_network network({}, 1);
    auto wary = options_of("ann");
    wary.judge = [&](const endpoint&, const key_bytes&) { return found; };
    secure_protocol first(std::move(wary));
    secure_protocol second(options_of("bob"));
    network.attach(ann, first);
    network.attach(bob, second);
    first.greet(bob, network.now());
    first.send(1, bob, "secret", network.now());
    network.run(2min);
    told at_ann;
    at_ann.take(network.events(ann));
    CHECK(network.events(bob).empty());
    CHECK(at_ann.failed == std::vector<message_id>{1});
    REQUIRE(!at_ann.others.empty());
    CHECK(at_ann.others.front().starts_with("refused"));
    // The other way round: who answers refuses as well.
    second.greet(ann, network.now());
    second.send(2, ann, "let me in", network.now());
    network.run(2min);
    for (const auto& event : network.events(ann)) CHECK(event.type != event_type::message);
  }
}

TEST_CASE("secure: goodbye is heard, and the silence of a peer is noticed") {
  pair_of_peers peers;
  peers.network.run(1s);
  peers.second.leave(peers.network.now());
  peers.network.run(1s);
  peers.take();
  REQUIRE(!peers.at_ann.others.empty());
  CHECK(peers.at_ann.others.back() == "left bob ");
  pair_of_peers others;
  others.network.run(1s);
  others.network.detach(bob);
  others.network.run(3min);
  others.at_ann.take(others.network.events(ann));
  REQUIRE(!others.at_ann.others.empty());
  CHECK(others.at_ann.others.back() == "left bob nothing is heard from it");
}

TEST_CASE("secure: an idle pair keeps its session for hours, with little traffic") {
  pair_of_peers peers;
  peers.network.run(5h);
  peers.take();
  for (const auto& text : peers.at_ann.others) CHECK(text == "joined bob ");
  for (const auto& text : peers.at_bob.others) CHECK(text == "joined ann ");
  CHECK(peers.at_ann.others.size() == 1);
  CHECK(peers.at_bob.others.size() == 1);
  CHECK(peers.network.history().size() < 5 * 3600 / 10);
  peers.second.send(1, ann, "still there", peers.network.now());
  peers.network.run(2s);
  peers.take();
  CHECK(peers.at_ann.messages == std::vector<std::string>{"still there"});
}

TEST_CASE("secure: a name, and being away, is told") {
  pair_of_peers peers;
  peers.network.run(1s);
  peers.first.announce("anna", "lunch", peers.network.now());
  peers.network.run(1s);
  peers.take();
  REQUIRE(!peers.at_bob.others.empty());
  CHECK(peers.at_bob.others.back() == "renamed anna is away: lunch");
}

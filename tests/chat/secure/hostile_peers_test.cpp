#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

TEST_CASE("secure: hellos from anywhere neither fill the memory nor are answered with more than they are") {
  simulated_network network({}, 1);
  secure_protocol server(options_of("server"));
  network.attach(bob, server);
  const auto hello = hello_packet(7, std::string(ephemeral_size, 'x') + hello_payload({}, {}));
  std::size_t answered = 0;
  for (std::uint16_t port = 100; port < 10'000; ++port) {
    auto other = hello;
    other[20] = static_cast<char>(port);
    other[21] = static_cast<char>(port >> 8);
    server.receive(address(port), other, network.now());
    for (const auto& reply : server.take_outgoing()) {
      ++answered;
      CHECK(reply.bytes.size() <= other.size());
    }
  }
  CHECK(answered <= 1100);
}

TEST_CASE("secure: while hellos from nowhere come in, who can be reached by its address still gets in") {
  simulated_network network({.jitter = 5ms}, 4);
  secure_protocol client(options_of("ann"));
  secure_protocol server(options_of("bob"));
  network.attach(ann, client);
  network.attach(bob, server);
  const auto flood = [&](int count) {
    for (int i = 0; i < count; ++i) {
      std::string ephemeral = random_bytes(ephemeral_size);
      network.inject({address(static_cast<std::uint16_t>(1000 + i % 50'000)), bob,
                      hello_packet(7, ephemeral + hello_payload({}, {}))});
    }
  };
  flood(1000);
  client.greet(bob, network.now());
  client.send(1, bob, "through the flood", network.now());
  for (int step = 0; step < 100; ++step) {
    flood(20);
    network.run(50ms);
  }
  told at_ann;
  at_ann.take(network.events(ann));
  CHECK(at_ann.delivered == std::vector<message_id>{1});
}

TEST_CASE("secure: a cookie holds for the address and the session that it was made for, and not for ever") {
  cookie_jar jar;
  const weft::time_point now(1h);
  const auto cookie = jar.make(ann, 7, now);
  CHECK(cookie.size() == cookie_jar::cookie_size);
  CHECK(jar.is_ours(cookie, ann, 7, now + 1min));
  CHECK(jar.is_ours(cookie, ann, 7, now + 3min));
  CHECK(!jar.is_ours(cookie, bob, 7, now + 3min));
  CHECK(!jar.is_ours(cookie, ann, 8, now + 3min));
  CHECK(!jar.is_ours(std::string(cookie_jar::cookie_size, '\0'), ann, 7, now + 3min));
  CHECK(!jar.is_ours(cookie, ann, 7, now + 6min));
}

TEST_CASE("secure: a hello that somebody else sends in the peer's name does not keep the peers apart") {
  pair_of_peers peers;
  peers.network.run(1ms);
  for (int i = 0; i < 50; ++i) {
    peers.network.inject({bob, ann, hello_packet(9, std::string(ephemeral_size, '\1') + hello_payload({}, {}))});
    peers.network.run(20ms);
  }
  peers.first.send(1, bob, "hello", peers.network.now());
  peers.network.run(6s);
  peers.take();
  CHECK(peers.at_ann.delivered == std::vector<message_id>{1});
}

TEST_CASE("secure: a peer that has forgotten the handshake in the middle gets another one") {
  pair_of_peers peers;
  auto until = peers.network.now() + 12s;
  peers.network.lose([&](const auto& one) {
    return parse_packet(one.bytes)->type == packet_type::finish && peers.network.now() < until;
  });
  peers.first.send(1, bob, "hello", peers.network.now());
  peers.network.run(30s);
  peers.take();
  CHECK(peers.at_ann.delivered == std::vector<message_id>{1});
  CHECK(peers.at_ann.failed.empty());
}

TEST_CASE("secure: a reply or finish that is not the one of the handshake is answered with nothing") {
  pair_of_peers peers;
  std::uint32_t answering = 0;
  peers.network.lose([&](const auto& one) {
    const auto got = parse_packet(one.bytes);
    if (got->type == packet_type::reply) answering = got->sender;
    return got->type == packet_type::data;
  });
  peers.network.run(100ms);
  const auto sent = peers.network.history().size();
  const auto hello = parse_packet(peers.network.history().front().bytes);
  for (int i = 0; i < 100; ++i) {
    peers.network.inject({bob, ann, reply_packet(hello->sender, 5, random_bytes(96))});
    peers.network.inject({ann, bob, finish_packet(answering, random_bytes(90))});
  }
  peers.network.run(100ms);
  CHECK(peers.network.history().size() == sent);
}

TEST_CASE("secure: what is meant for a stranger is not for another one at the same address") {
  simulated_network network({}, 1);
  secure_protocol server(options_of("server"));
  auto stranger = std::make_unique<secure_protocol>(options_of("first"));
  network.attach(bob, server);
  network.attach(ann, *stranger);
  stranger->greet(bob, network.now());
  network.run(1s);
  network.detach(ann);
  server.send(1, ann, "for the first alone", network.now());
  secure_protocol other(options_of("second"));
  network.attach(ann, other);
  other.greet(bob, network.now());
  network.run(2min);
  for (const auto& event : network.events(ann)) CHECK(event.type != event_type::message);
  told at_server;
  at_server.take(network.events(bob));
  CHECK(at_server.failed == std::vector<message_id>{1});
}

TEST_CASE("secure: a peer that another key answers for gets nothing, also if every key is accepted") {
  pair_of_peers peers;
  peers.network.run(1s);
  peers.network.detach(bob);
  peers.first.send(1, bob, "for bob alone", peers.network.now());
  secure_protocol other(options_of("other"));
  peers.network.attach(bob, other);
  peers.network.run(2min);
  for (const auto& event : peers.network.events(bob)) CHECK(event.type != event_type::message);
  peers.at_ann.take(peers.network.events(ann));
  CHECK(peers.at_ann.failed == std::vector<message_id>{1});
  CHECK(std::ranges::any_of(peers.at_ann.others, [](const auto& text) { return text.starts_with("refused"); }));
}

TEST_CASE("secure: keys that cannot be replaced wear out") {
  pair_of_peers peers;
  peers.network.run(1s);
  peers.network.lose([](const auto& one) { return parse_packet(one.bytes)->type != packet_type::data; });
  peers.first.send(1, bob, "before", peers.network.now());
  peers.network.run(89min);
  peers.first.send(2, bob, "old", peers.network.now());
  peers.network.run(2min);
  peers.first.send(3, bob, "too old", peers.network.now());
  peers.network.run(2min);
  peers.take();
  CHECK(peers.at_bob.messages == std::vector<std::string>{"before", "old"});
  CHECK(peers.at_ann.failed == std::vector<message_id>{3});
  peers.network.lose({});
  peers.first.send(4, bob, "with new keys", peers.network.now());
  peers.network.run(1min);
  peers.take();
  CHECK(peers.at_bob.messages.back() == "with new keys");
}

TEST_CASE("secure: a message that is too long fails at once, and holds nothing up") {
  pair_of_peers peers;
  peers.first.send(1, bob, std::string(reliable_receiver::max_message + 1, 'x'), peers.network.now());
  peers.first.send(2, bob, std::string(reliable_receiver::max_message, 'y'), peers.network.now());
  peers.network.run(2min);
  peers.take();
  CHECK(peers.at_ann.failed == std::vector<message_id>{1});
  CHECK(peers.at_ann.delivered == std::vector<message_id>{2});
}

TEST_CASE("secure: a long nick is cut between characters") {
  std::string nick;
  for (int i = 0; i < 33; ++i) nick += "€";
  const auto cut = parse_introduction(introduction_bytes({.stream = 1, .base = 0, .nick = nick}));
  const auto whole = parse_introduction(introduction_bytes({.stream = 1, .base = 0, .nick = "x" + nick}));
  REQUIRE(cut);
  REQUIRE(whole);
  CHECK(cut->nick == nick.substr(0, 63));
  CHECK(whole->nick == "x" + nick.substr(0, 63));
}

TEST_CASE("secure: a stranger that sends too much is slowed down and loses nothing; one that is talked to is not") {
  pair_of_peers peers;
  peers.network.run(1s);
  const auto lines = numbered("ann", 400);
  for (std::size_t i = 0; i < lines.size(); ++i) peers.first.send(i + 1, bob, lines[i], peers.network.now());
  peers.network.run(3s);
  peers.take();
  CHECK(peers.at_bob.messages.size() >= 40);
  CHECK(peers.at_bob.messages.size() <= 40 + 20 * 4);
  peers.network.run(5min);
  peers.take();
  CHECK(peers.at_bob.messages == lines);
  peers.second.greet(ann, peers.network.now());
  for (std::size_t i = 0; i < lines.size(); ++i) peers.first.send(1000 + i, bob, lines[i], peers.network.now());
  peers.network.run(3s);
  peers.take();
  CHECK(peers.at_bob.messages.size() == 2 * lines.size());
}

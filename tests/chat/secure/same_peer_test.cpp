#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

namespace {

const endpoint anns_other = address(11);
const endpoint bobs_other = address(12);

std::size_t hellos(const simulated_network& network) {
  return static_cast<std::size_t>(std::ranges::count_if(network.history(), [](const auto& datagram) {
    const auto got = parse_packet(datagram.bytes);
    return got && got->type == packet_type::hello;
  }));
}

/// A line to all that were named, as the program sends it.
void say(secure_protocol& mode, message_id id, const std::string& text, const simulated_network& network,
         const std::vector<endpoint>& to) {
  for (const auto& one : to) mode.send(id, one, text, network.now());
}

/// What was told, with the messages about one peer with two names apart.
struct listener {
  told heard;
  std::size_t merged = 0;  // messages

  void take(std::vector<chat_event> events) {
    merged += static_cast<std::size_t>(std::ranges::count_if(
        events, [](const auto& event) { return event.type == event_type::same && event.id != 0; }));
    std::erase_if(events, [](const auto& event) { return event.type == event_type::same && event.id != 0; });
    heard.take(std::move(events));
  }
  std::size_t times(const std::string& what) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(heard.others, [&](const auto& other) { return other.starts_with(what); }));
  }
};

/// Ann names bob by both of his addresses; he may do the same with her.
struct two_named_twice {
  two_named_twice(weather sky, std::uint64_t seed, bool both) : network(sky, seed), names_both(both) {
    network.attach(ann, first);
    network.attach(bob, second);
    network.attach_again(ann, anns_other);
    network.attach_again(bob, bobs_other);
    first.greet(bob, network.now());
    first.greet(bobs_other, network.now());
    if (!both) return;
    second.greet(ann, network.now());
    second.greet(anns_other, network.now());
  }
  void take() {
    at_ann.take(network.events(ann));
    at_bob.take(network.events(bob));
  }

  simulated_network network;
  bool names_both;
  key_pair bobs_keys = key_pair::random();
  secure_protocol first{options_of("ann")};
  secure_protocol second{options_of("bob", bobs_keys)};
  listener at_ann;
  listener at_bob;
};

}  // namespace

TEST_CASE("same peer: a line to both addresses of a peer arrives once, from the first one on") {
  two_named_twice two({}, 1, false);
  const auto lines = numbered("ann", 20);
  for (std::size_t i = 0; i < lines.size(); ++i) say(two.first, i + 1, lines[i], two.network, {bob, bobs_other});
  CHECK(two.network.run(30s, [&] {
    two.take();
    return two.at_ann.heard.delivered.size() + two.at_ann.merged == 2 * lines.size();
  }));
  CHECK(two.at_bob.heard.messages == lines);
  CHECK(two.at_ann.heard.delivered.size() == lines.size());
  CHECK(two.at_ann.times("same") == 1);
  CHECK(two.at_ann.times("joined") == 1);
  CHECK(two.at_bob.times("joined") == 1);
  say(two.first, 100, "to the other", two.network, {bobs_other});
  say(two.first, 101, "to all", two.network, {bob, bobs_other});
  two.network.run(5s);
  two.take();
  REQUIRE(two.at_bob.heard.messages.size() == lines.size() + 2);
  CHECK(two.at_bob.heard.messages.back() == "to all");
}

TEST_CASE(
    "same peer: two that name each other twice, in any weather, are one to each other, and every line arrives once") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const bool is_bad = seed % 2 == 0;
    two_named_twice two({.loss = is_bad ? 0.3 : 0, .duplication = is_bad ? 0.2 : 0, .jitter = 100ms}, seed, true);
    const auto anns = numbered("ann", 10);
    const auto bobs = numbered("bob", 10);
    for (std::size_t i = 0; i < anns.size(); ++i) {
      say(two.first, i + 1, anns[i], two.network, {bob, bobs_other});
      say(two.second, i + 1, bobs[i], two.network, {ann, anns_other});
      two.network.run(200ms);
    }
    two.network.run(60s);
    two.take();
    CHECK(two.at_ann.heard.messages == bobs);
    CHECK(two.at_bob.heard.messages == anns);
    CHECK(two.at_ann.heard.failed.empty());
    CHECK(two.at_bob.heard.failed.empty());
    CHECK(two.at_ann.times("same") == 1);
    CHECK(two.at_bob.times("same") == 1);
    two.network.set_weather({});
    two.network.run(2min);  // who heard nothing in the bad weather asks once more
    const auto before = hellos(two.network);
    two.network.run(20min);
    CHECK(hellos(two.network) == before);
  }
}

TEST_CASE("same peer: where two name each other twice at once, both know at once that they are one to each other") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    two_named_twice two({}, seed, true);
    two.network.run(1s);
    two.take();
    CHECK(two.at_ann.times("same") == 1);
    CHECK(two.at_bob.times("same") == 1);
  }
}

TEST_CASE("same peer: one that starts again is still one") {
  two_named_twice two({}, 1, false);
  two.network.run(5s);
  secure_protocol again(options_of("bob", two.bobs_keys));
  two.network.attach(bob, again);
  two.network.attach(bobs_other, again);
  say(two.first, 1, "after it", two.network, {bob, bobs_other});
  two.network.run(60s);
  two.take();
  CHECK(two.at_bob.heard.messages == std::vector<std::string>{"after it"});
  CHECK(two.at_ann.heard.failed.empty());
  CHECK(two.at_ann.times("same") == 1);
}

TEST_CASE("same peer: two programs with the same key are two peers") {
  simulated_network network({.jitter = 50ms}, 3);
  const auto keys = key_pair::random();
  secure_protocol first(options_of("ann"));
  secure_protocol desk(options_of("bob", keys));
  secure_protocol lap(options_of("bob", keys));
  network.attach(ann, first);
  network.attach(bob, desk);
  network.attach(bobs_other, lap);
  first.greet(bob, network.now());
  first.greet(bobs_other, network.now());
  listener at_ann;
  listener at_desk;
  listener at_lap;
  for (message_id id = 1; id <= 30; ++id) {
    say(first, id, "line", network, {bob, bobs_other});
    network.run(40s);
  }
  at_ann.take(network.events(ann));
  at_desk.take(network.events(bob));
  at_lap.take(network.events(bobs_other));
  CHECK(at_desk.heard.messages.size() == 30);
  CHECK(at_lap.heard.messages.size() == 30);
  CHECK(at_ann.heard.delivered.size() == 60);
  CHECK(at_ann.times("same") == 0);
  CHECK(at_ann.times("left") == 0);
}

TEST_CASE("same peer: where one address does not answer any more, the other one is used") {
  for (const auto& lost : {bob, bobs_other}) {
    two_named_twice two({}, 1, false);
    two.network.run(5s);
    two.network.lose([&](const auto& datagram) { return datagram.to == lost || datagram.from == lost; });
    say(two.first, 1, "another way", two.network, {bob, bobs_other});
    two.network.run(59s);
    two.take();
    CHECK(two.at_bob.heard.messages == std::vector<std::string>{"another way"});
    CHECK(two.at_ann.heard.failed.empty());
  }
}

TEST_CASE("same peer: who is found by a second address that was named, too, is not asked again") {
  auto searching = options_of("ann");
  searching.groups = {{endpoint(boost::asio::ip::make_address("239.255.70.70"), 7070)}};
  simulated_network network({}, 1);
  auto found = options_of("bob");
  found.groups = searching.groups;
  secure_protocol first(searching);
  secure_protocol second(found);
  network.attach(ann, first);
  network.attach(bob, second);
  network.attach(bobs_other, second);
  first.greet(bob, network.now());
  first.greet(bobs_other, network.now());
  network.run(5s);
  first.enter();
  second.enter();
  const auto before = hellos(network);
  network.run(10min);
  CHECK(hellos(network) == before);
}

#include <doctest/doctest.h>

#include <algorithm>

#include "chat/secure/packet.hpp"
#include "chat/secure/two_peers.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::testing;

namespace {

const endpoint everyone{boost::asio::ip::make_address("239.255.70.70"), 7070};
const endpoint eve = address(3);

secure_options seeking(const std::string& nick) {
  auto options = options_of(nick);
  options.groups = {{everyone, 1}};
  return options;
}

std::size_t count(const told& who, const std::string& beginning) {
  return static_cast<std::size_t>(
      std::ranges::count_if(who.others, [&](const auto& text) { return text.starts_with(beginning); }));
}

}  // namespace

TEST_CASE("secure search: all who seek find each other, once, and nobody finds who does not") {
  simulated_network network({.loss = 0.2, .jitter = 5ms}, 5);
  secure_protocol first(seeking("ann"));
  secure_protocol second(seeking("bob"));
  secure_protocol quiet(options_of("eve"));
  network.attach(ann, first);
  network.attach(bob, second);
  network.attach(eve, quiet);
  first.enter();
  second.enter();
  quiet.enter();
  network.run(5min);
  told at_ann;
  told at_bob;
  at_ann.take(network.events(ann));
  at_bob.take(network.events(bob));
  CHECK(at_ann.others == std::vector<std::string>{"joined bob "});
  CHECK(at_bob.others == std::vector<std::string>{"joined ann "});
  CHECK(network.events(eve).empty());
  first.send(1, bob, "found you", network.now());
  network.run(10s);
  at_bob.take(network.events(bob));
  CHECK(at_bob.messages == std::vector<std::string>{"found you"});
}

TEST_CASE("secure search: an unknown key is told once, not with each search") {
  simulated_network network({}, 1);
  auto wary = seeking("ann");
  wary.judge = [](const endpoint&, const key_bytes&) { return verdict::unknown; };
  secure_protocol first(std::move(wary));
  secure_protocol second(seeking("bob"));
  network.attach(ann, first);
  network.attach(bob, second);
  first.enter();
  second.enter();
  network.run(30min);
  told at_ann;
  at_ann.take(network.events(ann));
  CHECK(count(at_ann, "refused") == 1);
  CHECK(at_ann.others.size() == 1);
  CHECK(network.history().size() < 30 * 20);
}

TEST_CASE("secure search: a peer that has two addresses is found once") {
  simulated_network network({}, 1);
  secure_protocol first(seeking("ann"));
  secure_protocol second(seeking("bob"));
  network.attach(ann, first);
  network.attach(bob, second);
  network.attach(address(22), second);
  first.enter();
  network.run(10min);
  told at_ann;
  at_ann.take(network.events(ann));
  CHECK(at_ann.others == std::vector<std::string>{"joined bob "});
}

TEST_CASE("secure search: answers that nobody has asked for begin nothing, and forged ones little") {
  secure_protocol mode(seeking("ann"));
  const weft::time_point now(1h);
  mode.enter();
  mode.advance(now);
  const auto asked = mode.take_outgoing();
  REQUIRE(asked.size() == 1);
  const auto search = parse_packet(asked.front().bytes);
  REQUIRE(search);
  mode.receive(bob, here_packet(search->counter + 1), now);
  CHECK(mode.take_outgoing().empty());
  for (std::uint16_t port = 1; port <= 5000; ++port) mode.receive(address(port), here_packet(search->counter), now);
  CHECK(mode.take_outgoing().size() <= 100);
  std::size_t sent = 0;
  for (auto later = now; later < now + 59s; later += 1s) {
    mode.advance(later);
    sent += mode.take_outgoing().size();
  }
  CHECK(sent <= 5 * 100);
}

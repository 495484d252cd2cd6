#include "chat/peer_table.hpp"

#include <doctest/doctest.h>

#include "chat/addresses.hpp"

using namespace weft::chat_app;
using testing::at;

TEST_CASE("peers: a line goes to every one that was named until some are chosen") {
  peer_table peers;
  peers.add(at("10.0.0.1"));
  peers.add(at("10.0.0.2"), "bob");
  CHECK(peers.heard(at("10.0.0.9")) != nullptr);
  CHECK(peers.targets() == std::vector<endpoint>{at("10.0.0.1"), at("10.0.0.2")});
  peers.choose({at("10.0.0.9")});
  CHECK(peers.targets() == std::vector<endpoint>{at("10.0.0.9")});
  peers.choose({});
  CHECK(peers.targets().size() == 2);
}

TEST_CASE("peers: two that are one are listed, found and written to as one") {
  peer_table peers;
  peers.add(at("10.0.0.1"));
  peers.add(at("10.0.0.2"), "bob").sent = 2;
  peers.add(at("10.0.0.3"));
  peers.choose({at("10.0.0.2"), at("10.0.0.1")});
  peers.unite(at("10.0.0.2"), at("10.0.0.1"));
  CHECK(peers.targets() == std::vector<endpoint>{at("10.0.0.1")});
  peers.choose({});
  CHECK(peers.targets() == std::vector<endpoint>{at("10.0.0.1"), at("10.0.0.3")});
  CHECK(peers.all().size() == 2);
  CHECK(peers.find(at("10.0.0.2")) == peers.find(at("10.0.0.1")));
  CHECK(peers.find("10.0.0.2:7070")->where == at("10.0.0.1"));
  CHECK(peers.find("bob")->sent == 2);
  CHECK(peers.add(at("10.0.0.2")).where == at("10.0.0.1"));
  peers.unite(at("10.0.0.2"), at("10.0.0.1"));
  peers.unite(at("10.0.0.9"), at("10.0.0.1"));
  CHECK(peers.all().size() == 2);
}

TEST_CASE("peers: are found by nick, address and a beginning that is only theirs") {
  peer_table peers;
  peers.add(at("10.0.0.1"), "ann");
  peers.add(at("10.0.0.2"), "anna");
  peers.add(at("::1"));
  REQUIRE(peers.find("ann") != nullptr);
  CHECK(peers.find("ann")->where == at("10.0.0.1"));
  CHECK(peers.find("anna")->where == at("10.0.0.2"));
  CHECK(peers.find("an") == nullptr);
  CHECK(peers.find("[::1]:7070") != nullptr);
  CHECK(peers.find("[::1") != nullptr);
  CHECK(peers.find("") == nullptr);
  CHECK(peers.find("10.0.0.2:7070")->nick == "anna");
}

TEST_CASE("peers: strangers do not fill the memory") {
  peer_table peers;
  for (std::uint16_t port = 1; port <= 2000; ++port) peers.heard(at("10.0.0.1", port));
  CHECK(peers.all().size() == peer_table::max_strangers);
  CHECK(peers.heard(at("10.0.0.1", 1)) != nullptr);
  CHECK(peers.targets().empty());
}

TEST_CASE("peers: the stranger who was silent for the longest makes room, unless it is chosen") {
  peer_table peers;
  peers.heard(at("10.0.0.1", 1));
  peers.choose({at("10.0.0.1", 1)});
  for (std::uint16_t port = 2; port <= 2000; ++port) peers.heard(at("10.0.0.1", port));
  CHECK(peers.find(at("10.0.0.1", 1)) != nullptr);
  CHECK(peers.find(at("10.0.0.1", 2)) == nullptr);
  CHECK(peers.find(at("10.0.0.1", 2000)) != nullptr);
}

TEST_CASE("peers: a stranger cannot take the nick of somebody who was named") {
  peer_table peers;
  peers.heard(at("10.0.0.9"))->nick = "ann";
  peers.add(at("10.0.0.1"), "ann");
  REQUIRE(peers.find("ann") != nullptr);
  CHECK(peers.find("ann")->where == at("10.0.0.1"));
  peers.heard(at("10.0.0.3"))->nick = "bob";
  peers.heard(at("10.0.0.4"))->nick = "bob";
  CHECK(peers.find("bob") == nullptr);
}

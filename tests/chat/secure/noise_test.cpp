#include "chat/secure/noise.hpp"

#include <doctest/doctest.h>

using namespace weft::chat_app::secure;

TEST_CASE("noise: both ends have the same keys, hash and each other's static key") {
  const auto alice = key_pair::random();
  const auto bert = key_pair::random();
  handshake first(handshake::role::initiator, alice, {"p"});
  handshake second(handshake::role::responder, bert, {"p"});
  CHECK(second.read(first.write("one")) == "one");
  CHECK(first.read(second.write("two")) == "two");
  CHECK(second.read(first.write("three")) == "three");
  REQUIRE(first.is_done());
  REQUIRE(second.is_done());
  const auto keys = first.split();
  CHECK(keys.send == second.split().receive);
  CHECK(keys.receive == second.split().send);
  CHECK(keys.hash == second.split().hash);
  CHECK(first.peer_key() == bert.open);
  CHECK(second.peer_key() == alice.open);
}

TEST_CASE("noise: another prologue, a changed byte and a missing one end the handshake") {
  const auto keys = key_pair::random();
  for (int changed = 0; changed < 3; ++changed) {
    handshake first(handshake::role::initiator, keys, {"p"});
    handshake second(handshake::role::responder, keys, handshake_terms{changed == 0 ? "q" : "p"});
    CHECK(second.read(first.write("")));
    auto answer = second.write("");
    if (changed == 1) answer[40] = static_cast<char>(answer[40] ^ 1);
    if (changed == 2) answer.pop_back();
    CHECK(!first.read(answer));
    CHECK_THROWS_AS(first.write(""), std::logic_error);
  }
}

TEST_CASE(
    "noise: with the same pre-shared key both ends have the same keys, with another one the last message is none") {
  const auto shared = key_pair::random().secret;
  for (const auto& other : {shared, key_pair::random().secret}) {
    handshake first(handshake::role::initiator, key_pair::random(), {"p", shared});
    handshake second(handshake::role::responder, key_pair::random(), {"p", other});
    CHECK(second.read(first.write("one")) == "one");
    CHECK(first.read(second.write("two")) == "two");
    const auto third = second.read(first.write("three"));
    CHECK(third.has_value() == (other == shared));
    if (third) CHECK(first.split().send == second.split().receive);
  }
}

TEST_CASE("noise: what the first message says is known to all who bring the same along, and to nobody else") {
  const auto shared = key_pair::random().secret;
  const handshake_terms terms{"p", shared};
  const auto message = handshake(handshake::role::initiator, key_pair::random(), terms).write("text");
  CHECK(handshake::first_payload(terms, message) == "text");
  CHECK(!handshake::first_payload({"q", shared}, message));
  CHECK(handshake::first_payload({"p"}, message) != "text");
  CHECK(!handshake::first_payload(terms, "short"));
  const auto open = handshake(handshake::role::initiator, key_pair::random(), {"p"}).write("text");
  CHECK(!handshake::first_payload(terms, open));
}

TEST_CASE("noise: keys of low order are refused") {
  handshake second(handshake::role::responder, key_pair::random(), {"p"});
  CHECK(!second.read(std::string(32, '\0')));
  handshake with_key(handshake::role::responder, key_pair::random(), {"p", key_pair::random().secret});
  CHECK(!with_key.read(std::string(48, '\0')));
}

TEST_CASE("noise: what is sealed is opened only with the same key, counter and context") {
  const auto key = key_pair::random().secret;
  const auto sealed = seal(key, 7, "context", "text");
  CHECK(unseal(key, 7, "context", sealed) == "text");
  CHECK(!unseal(key, 8, "context", sealed));
  CHECK(!unseal(key, 7, "other", sealed));
  CHECK(!unseal(key, 7, "context", "short"));
}

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include <weft/base/parse.hpp>

#include "chat/secure/noise.hpp"
#include "chat/secure/packet.hpp"
#include "chat/secure/secure_session.hpp"

using namespace weft::chat_app::secure;

namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(weft::parse_integer<unsigned>(hex.substr(i, 2), 16).value());
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

key_bytes key_of(std::string_view hex) {
  key_bytes key{};
  const auto bytes = from_hex(hex);
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

key_pair pair_of(std::string_view secret) { return key_pair::of_secret(key_of(secret)); }

constexpr std::string_view shared_key = "54686973206973206d7920417573747269616e20706572737065637469766521";

struct parties {
  explicit parties(const handshake_terms& terms)
      : initiator(handshake::role::initiator,
                  pair_of("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"), terms,
                  pair_of("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")),
        responder(handshake::role::responder,
                  pair_of("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"), terms,
                  pair_of("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")) {}

  handshake initiator;
  handshake responder;
};

/// The lines "name = hex" of the protocol's page.
std::map<std::string, std::string> vectors_of_page() {
  std::ifstream page(WEFT_SECURE_PAGE);
  REQUIRE(page);
  std::map<std::string, std::string> vectors;
  for (std::string line; std::getline(page, line);) {
    if (const auto equals = line.find(" = "); equals != std::string::npos) {
      vectors[line.substr(0, equals)] += line.substr(equals + 3);
    }
  }
  return vectors;
}

}  // namespace

TEST_CASE("noise: says what the published vector of Noise-C for XX, 25519, ChaChaPoly, BLAKE2b says") {
  parties both({from_hex("50726f6c6f677565313233")});
  const auto first = both.initiator.write(from_hex("4c756477696720766f6e204d69736573"));
  CHECK(to_hex(first) ==
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573");
  REQUIRE(both.responder.read(first));
  const auto second = both.responder.write(from_hex("4d757272617920526f746862617264"));
  CHECK(to_hex(second) ==
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088430505b6745ce64a5f33f0e8e3b83f11ce8802bca507f4"
        "f2d8b564dbe277e1966157671ea3b8853f41ae9fb01b5198b7355056ae1319469b824a98d54bbaa82c264bbb329d7b104cdeeda568b4"
        "0a097c");
  REQUIRE(both.initiator.read(second));
  const auto third = both.initiator.write(from_hex("462e20412e20486179656b"));
  CHECK(to_hex(third) ==
        "99579e1c1ee15e422a57ddd6b16d37087b17558e8369c18991b4b2ca3a824abf55433b8625300437ffbe733f1c6cf40b2de039eaaf15"
        "6775e2d58021e5d46b9cb99b280c73026b50f27736");
  REQUIRE(both.responder.read(third));
  const auto keys = both.responder.split();
  CHECK(to_hex(keys.hash) ==
        "7f6b8a1de1faf8b5e153ded74c950d09c5caf62a8e2eeb73277671d4e65ef9ca2421a748a4af050284fa6f3eb40bb77f4ace99b7f3ea"
        "01db2953233a546a72d2");
  CHECK(to_hex(seal(keys.send, 0, "", from_hex("4361726c204d656e676572"))) ==
        "fc56eea290b3f3a21aac0c70cd5787b5ee99be37d2f4d751329b55");
  CHECK(to_hex(seal(keys.receive, 0, "", from_hex("4a65616e2d426170746973746520536179"))) ==
        "bb31c9da10d5639a4cdb88a12f5c61de41bbc7df09bf75d94f8184fe4157f5c68f");
}

TEST_CASE("noise: says what the published vector of cacophony for XXpsk3, 25519, ChaChaPoly, BLAKE2b says") {
  parties both({from_hex("4a6f686e2047616c74"), key_of(shared_key)});
  const auto first = both.initiator.write(from_hex("4c756477696720766f6e204d69736573"));
  CHECK(to_hex(first) ==
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79440aa831d1e3bbd16bd7ffda87e9f7b6eeca2510006499"
        "a573ac27af3392ed1b69");
  REQUIRE(both.responder.read(first));
  const auto second = both.responder.write(from_hex("4d757272617920526f746862617264"));
  CHECK(to_hex(second) ==
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381a78489d56c9e2ac962826f25684980b25244dbfd50"
        "5b7d903a94d4f4fd84004a1c7fbe94d686bc4c1f67259364f6f2a41cb40bf5198b9b3975be2cdd49d3e065a554e12c477d82029fabc6"
        "555bc1");
  REQUIRE(both.initiator.read(second));
  const auto third = both.initiator.write(from_hex("462e20412e20486179656b"));
  CHECK(to_hex(third) ==
        "291dfeff6eff386e29adb0bdbd5a1ae9e09de4449c8695d109adcb63e80e489555792a3e9150eff75d6d45571f824ed231173cb66e31"
        "e7da914241f86d0cbb678335ffe768a7445d2f5bc1");
  REQUIRE(both.responder.read(third));
  const auto keys = both.responder.split();
  // That of the vector is another, which is not the hash of its own messages; this one is dissononce's.
  CHECK(to_hex(keys.hash) ==
        "46b5997dfa51492ae9be5b611748455e83aebdbc2ea3c47d264ec6dd408cc076e962ff056890c60398fe3e7a430bbe057f34383a84df"
        "9ff99391266dcfd638b0");
  CHECK(to_hex(seal(keys.send, 0, "", from_hex("4361726c204d656e676572"))) ==
        "6579dd60eb5e6a8b29dd60004289f5d3c2f69fcdbf683a869f59a8");
  CHECK(to_hex(seal(keys.receive, 0, "", from_hex("4a65616e2d426170746973746520536179"))) ==
        "24715fd39c3c7606e81b26e69e47b54d043d9d87c512f9417bae51ab48ebb17722");
}

TEST_CASE("packets: with a pre-shared key are those of the protocol's page") {
  auto page = vectors_of_page();
  const auto terms = terms_with(key_of(shared_key));
  const auto cookie = from_hex("000102030405060708090a0b0c0d0e0f");
  parties both(terms);
  std::map<std::string, std::string> made;
  made["shared key"] = from_hex(shared_key);
  made["prologue with it"] = terms.prologue;
  const auto hello = both.initiator.write(hello_payload(terms, {}));
  made["hello with it"] = hello_packet(0x11223344, hello);
  made["hello with it and the cookie"] =
      hello_packet(0x11223344, parties(terms).initiator.write(hello_payload(terms, cookie)));
  made["apart"] = apart_packet(0x11223344);
  REQUIRE(both.responder.read(hello));
  const auto reply = both.responder.write(run_bytes(run_of(0x1112131415161718)));
  made["reply with it"] = reply_packet(0x11223344, 0x55667788, reply);
  REQUIRE(both.initiator.read(reply));
  const auto finish =
      both.initiator.write(introduction_bytes({.stream = 0x0102030405060708, .base = 3, .nick = "ann"}));
  made["finish with it"] = finish_packet(0x55667788, finish);
  REQUIRE(both.responder.read(finish));
  made["initiator to responder key with it"] = std::string(text_of(both.initiator.split().send));
  made["responder to initiator key with it"] = std::string(text_of(both.initiator.split().receive));
  for (const auto& [name, bytes] : made) {
    CAPTURE(name);
    CHECK(page[name] == to_hex(bytes));
  }
  const auto got = parse_packet(made["hello with it and the cookie"]);
  REQUIRE(got);
  CHECK(hello_cookie(terms, got->body) == cookie);
  CHECK(!hello_cookie(terms_with(std::nullopt), got->body));
}

TEST_CASE("packets: are those of the protocol's page") {
  auto page = vectors_of_page();
  const auto terms = terms_with(std::nullopt);
  parties both(terms);
  std::map<std::string, std::string> made;
  const auto hello = both.initiator.write(hello_payload(terms, {}));
  made["hello"] = hello_packet(0x11223344, hello);
  const std::string cookie = from_hex("000102030405060708090a0b0c0d0e0f");
  made["cookie"] = cookie_packet(0x11223344, cookie);
  made["hello with the cookie"] =
      hello_packet(0x11223344, parties(terms).initiator.write(hello_payload(terms, cookie)));
  made["seek"] = seek_packet(0x0102030405060708);
  made["here"] = here_packet(0x0102030405060708);
  REQUIRE(both.responder.read(hello));
  const auto reply = both.responder.write(run_bytes(run_of(0x1112131415161718)));
  made["reply"] = reply_packet(0x11223344, 0x55667788, reply);
  REQUIRE(both.initiator.read(reply));
  const auto finish =
      both.initiator.write(introduction_bytes({.stream = 0x0102030405060708, .base = 3, .nick = "ann"}));
  made["finish"] = finish_packet(0x55667788, finish);
  REQUIRE(both.responder.read(finish));
  secure_session ann(both.initiator.split(), 0x11223344, 0x55667788, {});
  secure_session bob(both.responder.split(), 0x55667788, 0x11223344, {});
  made["initiator to responder key"] = std::string(text_of(both.initiator.split().send));
  made["responder to initiator key"] = std::string(text_of(both.initiator.split().receive));
  std::string frames;
  put_frame(frames, {.type = frame_type::introduction, .number = 0x1112131415161718, .beyond = 0, .text = "bob"});
  made["introduction frame"] = frames;
  made["introduction packet"] = bob.seal_packet(frames);
  frames.clear();
  put_frame(frames, {.type = frame_type::fragment, .number = 3, .is_last = true, .text = "hello"});
  made["fragment frame"] = frames;
  made["fragment packet"] = ann.seal_packet(frames);
  frames.clear();
  put_frame(frames, {.type = frame_type::ack, .number = 4, .beyond = 0});
  made["ack frame"] = frames;
  made["ack packet"] = bob.seal_packet(frames);
  for (const auto& [name, bytes] : made) {
    CAPTURE(name);
    CHECK(page[name] == to_hex(bytes));
  }
  const auto got = parse_packet(made["fragment packet"]);
  REQUIRE(got);
  CHECK(bob.open_packet(*got) == made["fragment frame"]);
  CHECK(!bob.open_packet(*got));
}

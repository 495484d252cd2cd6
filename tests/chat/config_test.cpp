#include "chat/config.hpp"

#include <doctest/doctest.h>

#include "chat/program.hpp"

using namespace weft::chat_app;
using weft::app::usage_error;

namespace {

config of(std::vector<std::string> words) {
  return resolve(weft::app::parse_arguments(program(), std::move(words)), {.color_on_stdout = false, .user = "ann"});
}

}  // namespace

TEST_CASE("config: a peer may be a host, with or without a port, in every family") {
  const auto settings = of({"192.0.2.1", "host:81", "[2001:db8::1]:82", "::1"});
  REQUIRE(settings.peers.size() == 4);
  CHECK(settings.peers[0].host == "192.0.2.1");
  CHECK(settings.peers[0].port == 7070);
  CHECK(settings.peers[1].host == "host");
  CHECK(settings.peers[1].port == 81);
  CHECK(settings.peers[2].host == "2001:db8::1");
  CHECK(settings.peers[2].port == 82);
  CHECK(settings.peers[3].host == "::1");
  for (const auto* wrong : {"", ":7070", "host:", "host:0", "host:70000", "2001:db8::1:x", "a b", "[::1"})
    CHECK_THROWS_AS(of({wrong}), usage_error);
}

TEST_CASE("config: where to listen is a port, or an address and a port") {
  CHECK(of({"-l", "0"}).listen_port == 0);
  CHECK(of({"-l", "127.0.0.1:81"}).listen_host == "127.0.0.1");
  CHECK(of({"-l", "[::1]:81"}).listen_port == 81);
  CHECK(of({}).listen_port == 7070);
  for (const auto* wrong : {"x", "127.0.0.1", "host:1", "65536"}) CHECK_THROWS_AS(of({"-l", wrong}), usage_error);
}

TEST_CASE("config: what contradicts itself is refused") {
  CHECK_THROWS_AS(of({"--send", "x"}), usage_error);
  CHECK_THROWS_AS(of({"--send", "\n", "host"}), usage_error);
  CHECK_THROWS_AS(of({"--wait", "1", "host"}), usage_error);
  CHECK_THROWS_AS(of({"-4", "-6"}), usage_error);
  CHECK_THROWS_AS(of({"--rate", "0"}), usage_error);
  CHECK_THROWS_AS(of({"--max-size", "70000"}), usage_error);
  CHECK(of({"--send", "x", "--wait", "1.5", "host"}).text == "x");
}

TEST_CASE("config: the user's name is the nick unless told otherwise") {
  CHECK(of({}).nick == "ann");
  CHECK(of({"-n", "bob"}).nick == "bob");
}

TEST_CASE("config: a file without a name is refused, above all that of the pre-shared key") {
  for (const auto* option : {"--psk-file", "--key", "--known", "--log"})
    CHECK_THROWS_AS(of({"--mode", "secure", option, "", "host"}), usage_error);
}

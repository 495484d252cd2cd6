#include "echo/config.hpp"

#include <doctest/doctest.h>

#include "echo/program.hpp"

using namespace weft;
using namespace weft::echo_app;
using namespace std::chrono_literals;

namespace {

config config_of(std::vector<std::string> words) {
  return resolve(app::parse_arguments(program(), std::move(words)), {});
}

std::string refusal(std::vector<std::string> words) {
  try {
    config_of(std::move(words));
  } catch (const app::usage_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("echo: a server listens for both on the loopback unless told otherwise") {
  const auto plain = std::get<server_config>(config_of({"server"}));
  CHECK(plain.tcp);
  CHECK(plain.udp);
  CHECK(plain.host == "127.0.0.1");
  CHECK(plain.port == 7007);
  const auto told =
      std::get<server_config>(config_of({"server", "--udp", "-l", "[::1]:0", "--threads", "4", "--idle", "5"}));
  CHECK_FALSE(told.tcp);
  CHECK(told.udp);
  CHECK(told.host == "[::1]");
  CHECK(told.port == 0);
  CHECK(told.threads == 4);
  CHECK(told.idle == 5s);
  CHECK(std::get<server_config>(config_of({"server", "-l", "8000"})).port == 8000);
}

TEST_CASE("echo: a client sends probes when it is told how many, how large or how often") {
  CHECK_FALSE(std::get<client_config>(config_of({"client", "localhost", "7"})).probes);
  for (const char* option : {"--count=3", "--size=10", "--interval=1"}) {
    CHECK(std::get<client_config>(config_of({"client", option, "localhost", "7"})).probes);
  }
}

TEST_CASE("echo: the load generator takes what it is told") {
  const auto found =
      std::get<bench_config>(config_of({"bench", "--udp", "localhost", "7007", "--connections", "3", "--size", "1k",
                                        "--duration", "500ms", "--pipeline", "8", "--rate", "1000", "--json"}));
  CHECK(found.target.udp);
  CHECK(found.target.host == "localhost");
  CHECK(found.target.port == "7007");
  CHECK(found.connections == 3);
  CHECK(found.size == 1024);
  CHECK(found.length == 500ms);
  CHECK(found.pipeline == 8);
  CHECK(found.rate == 1000);
  CHECK(found.json);
}

TEST_CASE("echo: what makes no sense is refused, and the message says why") {
  CHECK(refusal({}) == "give a command: server, client or bench");
  CHECK(refusal({"sever"}) == "unknown command 'sever': server, client or bench");
  CHECK(refusal({"client", "localhost"}) == "weft-echo client needs HOST and PORT");
  CHECK(refusal({"client", "--idle", "3", "h", "1"}) ==
        "--idle is an option of weft-echo server, not of weft-echo client");
  CHECK(refusal({"server", "--size", "3"}) ==
        "--size is an option of weft-echo client and bench, not of weft-echo server");
  CHECK(refusal({"server", "--tls"}) == "--tls needs --tls-cert and --tls-key");
  CHECK(refusal({"bench", "--udp", "--size", "70000", "h", "1"}) == "--size has to be from 1 to 65507 bytes");
  CHECK(refusal({"bench", "--udp", "--tls", "h", "1"}) == "--tls is for TCP");
  CHECK(refusal({"server", "-l", "nowhere"}).starts_with("not an address to listen on: 'nowhere'"));
  CHECK(refusal({"server", "--idle", "0"}) == "--idle has to be more than nothing");
  CHECK(refusal({"client", "localhost", "99999"}) == "not a port: '99999'");
  CHECK(refusal({"client", "localhost", "0"}) == "not a port: '0'");
}

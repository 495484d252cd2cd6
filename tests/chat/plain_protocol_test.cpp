#include "chat/plain_protocol.hpp"

#include <doctest/doctest.h>

#include "chat/addresses.hpp"

using namespace weft::chat_app;
using namespace std::chrono_literals;
using testing::at;

namespace {

const weft::time_point start{};

std::vector<std::string> texts_of(protocol& mode) {
  std::vector<std::string> texts;
  for (const auto& event : mode.take_events()) texts.push_back(name_of(event.type) + " " + event.text);
  return texts;
}

std::vector<std::string> bytes_of(protocol& mode) {
  std::vector<std::string> bytes;
  for (const auto& datagram : mode.take_outgoing()) bytes.push_back(datagram.bytes);
  return bytes;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("plain: a line is one datagram without anything around it") {
  plain_protocol mode({});
  mode.send(1, at(1), "héllo", start);
  CHECK(bytes_of(mode) == texts{"héllo"});
}

TEST_CASE("plain: who sends line feeds gets them, others do not") {
  plain_protocol mode({});
  mode.receive(at(1), "from nc\n", start);
  mode.receive(at(2), "from a script", start);
  CHECK(texts_of(mode) == texts{"message from nc", "message from a script"});
  mode.send(1, at(1), "x", start);
  mode.send(2, at(2), "x", start);
  CHECK(bytes_of(mode) == texts{"x\n", "x"});
  plain_protocol always({.end = line_end::lf});
  always.send(1, at(2), "x", start);
  CHECK(bytes_of(always) == texts{"x\n"});
}

TEST_CASE("plain: a long line goes in several datagrams and is sent with the last") {
  plain_protocol mode({.max_size = 100});
  mode.send(7, at(1), std::string(250, 'x'), start);
  const auto datagrams = mode.take_outgoing();
  REQUIRE(datagrams.size() == 3);
  for (const auto& datagram : datagrams) {
    CHECK(datagram.bytes.size() <= 100);
    mode.handed_over(datagram, start);
  }
  const auto events = mode.take_events();
  REQUIRE(events.size() == 1);
  CHECK(events.front().type == event_type::sent);
  CHECK(events.front().id == 7);
}

TEST_CASE("plain: a closed port fails what was just sent there, and is told once until the peer is heard") {
  plain_protocol mode({});
  const auto say = [&](message_id id, std::uint16_t port, weft::time_point now) {
    mode.send(id, at(port), "x", now);
    for (const auto& datagram : mode.take_outgoing()) mode.handed_over(datagram, now);
    mode.take_events();
  };
  say(1, 1, start);
  say(2, 2, start);
  mode.unreachable(at(1), "port closed", start);
  CHECK(texts_of(mode) == texts{"failed port closed", "left port closed"});
  say(3, 1, start);
  mode.unreachable(at(1), "port closed", start);
  CHECK(texts_of(mode) == texts{"failed port closed"});
  mode.receive(at(1), "back", start);
  mode.take_events();
  say(4, 1, start);
  mode.unreachable(at(1), "port closed", start + 10s);
  CHECK(texts_of(mode) == texts{"left port closed"});
}

TEST_CASE("plain: empty datagrams are nothing") {
  plain_protocol mode({});
  mode.receive(at(1), "", start);
  mode.receive(at(1), "\n", start);
  CHECK(mode.take_events().empty());
}

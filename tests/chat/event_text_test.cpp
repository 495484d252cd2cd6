#include "chat/event_text.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>
#include <boost/json/parse.hpp>

using namespace weft::chat_app;

namespace {

chat_event message(std::string text, std::string nick = {}) {
  chat_event event;
  event.type = event_type::message;
  event.peer = endpoint(boost::asio::ip::make_address("192.0.2.1"), 7070);
  event.nick = std::move(nick);
  event.text = std::move(text);
  event.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  return event;
}

std::string behind_clock(const std::string& text) { return text.substr(text.find(' ') + 1); }

}  // namespace

TEST_CASE("event text: a stranger is an address, a friend a name") {
  CHECK(behind_clock(event_text(message("hello"), coloring::none)) == "192.0.2.1:7070: hello\n");
  CHECK(behind_clock(event_text(message("hello", "ann"), coloring::none)) == "ann: hello\n");
}

TEST_CASE("event text: further lines are set in") {
  CHECK(behind_clock(event_text(message("one\ntwo", "ann"), coloring::none)) == "ann: one\n         | two\n");
}

TEST_CASE("event text: neither text nor name can drive the terminal") {
  const auto text = event_text(message("\x1b]0;title\x07", "\x1b[31mred\n"), coloring::none);
  CHECK(behind_clock(text) == "^[[31mred^J: ^[]0;title^G\n");
  CHECK(log_text(message("\x1b[2J")).find('\x1b') == std::string::npos);
}

TEST_CASE("event text: the fate of a message names its number and peer") {
  auto event = message("port closed", "ann");
  event.type = event_type::failed;
  event.id = 3;
  CHECK(behind_clock(event_text(event, coloring::none)) == "! #3 failed for ann: port closed\n");
}

TEST_CASE("event json: has the fields that were promised") {
  const auto line = event_json(message("héllo", "ann"));
  CHECK(line ==
        "{\"type\":\"message\",\"time\":\"2023-11-14T22:13:20.123Z\",\"peer\":\"192.0.2.1:7070\","
        "\"nick\":\"ann\",\"text\":\"héllo\",\"bytes\":null}\n");
}

TEST_CASE("event json: what is not UTF-8 comes as base64 too") {
  const auto parsed = boost::json::parse(event_json(message("a\xff")));
  CHECK(parsed.at("bytes").as_string() == "Yf8=");
  CHECK(parsed.at("text").as_string() == "a\ufffd");
}

TEST_CASE("event json: is harmless on a terminal and says the same") {
  const std::string text = "\x1b[2J \x7f \u009b31m \u202e \U000e0041 \n";
  const auto line = event_json(message(text));
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    CHECK(static_cast<unsigned char>(line[i]) >= 0x20);
    CHECK(static_cast<unsigned char>(line[i]) < 0x7f);
  }
  CHECK(boost::json::parse(line).at("text").as_string() == text);
}

TEST_CASE("event json: long texts are not cut") {
  const std::string text(60'000, 'x');
  CHECK(boost::json::parse(event_json(message(text))).at("text").as_string().size() == text.size());
}

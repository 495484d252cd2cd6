#include "chat/plain_text.hpp"

#include <doctest/doctest.h>

#include <weft/base/text.hpp>

using namespace weft::chat_app;
using lines = std::vector<std::string>;

TEST_CASE("split: a text that fits stays whole") {
  CHECK(split_text("hello", 16) == lines{"hello"});
  CHECK(split_text(std::string(16, 'x'), 16).size() == 1);
}

TEST_CASE("split: pieces are cut between characters and say that more follows") {
  const auto parts = split_text("写写写写写写写写写写", 16);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0] == "写写写写…");
  CHECK(parts[2] == "写写");
  const std::string zalgo = "z" + [] {
    std::string marks;
    for (int i = 0; i < 30; ++i) marks += "\u0301";
    return marks;
  }();
  for (const auto& part : split_text(zalgo, 16)) {
    CHECK(part.size() <= 16);
    CHECK(weft::is_utf8(part));
  }
}

TEST_CASE("split: nothing is lost, also of what is not UTF-8") {
  const std::string bytes(100, '\xff');
  std::string joined;
  for (const auto& part : split_text(bytes, 20)) {
    CHECK(part.size() <= 20);
    joined += part.ends_with("…") ? part.substr(0, part.size() - 3) : part;
  }
  CHECK(joined == bytes);
}

TEST_CASE("datagram lines: ends of lines of every kind go, empty lines too") {
  CHECK(datagram_lines("hello") == lines{"hello"});
  CHECK(datagram_lines("one\ntwo\n") == lines{"one", "two"});
  CHECK(datagram_lines("one\r\n\r\n") == lines{"one"});
  CHECK(datagram_lines(std::string_view("one\0", 4)) == lines{"one"});
  CHECK(datagram_lines("").empty());
}

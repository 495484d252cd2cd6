#include "chat/command.hpp"

#include <doctest/doctest.h>

using namespace weft::chat_app;

TEST_CASE("commands: a slash begins one, two begin a text with a slash") {
  CHECK(parse_line("hello").text == "hello");
  CHECK(!parse_line("hello").command);
  CHECK(parse_line("//etc").text == "/etc");
  CHECK(parse_line("/to  ann bob ").command == command_name::to);
  CHECK(parse_line("/to  ann bob ").text == "ann bob");
  CHECK(parse_line("/send a file.txt").text == "a file.txt");
  CHECK(parse_line("/quit").command == command_name::quit);
}

TEST_CASE("commands: one that does not exist is named, safely") {
  CHECK(parse_line("/nonsense x").mistake == "no command /nonsense; /help lists them, // begins a text with a slash");
  CHECK(parse_line("/\x1b[2J").mistake.find('\x1b') == std::string::npos);
}

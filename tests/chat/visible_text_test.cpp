#include "chat/visible_text.hpp"

#include <doctest/doctest.h>

#include <random>

#include "common/text_cells.hpp"

using namespace weft::chat_app;

namespace {

std::string line(std::string_view bytes) {
  const auto lines = visible_lines(bytes);
  REQUIRE(lines.size() == 1);
  return lines.front();
}

}  // namespace

TEST_CASE("visible: plain text of any script stays as it is") {
  for (const auto* text : {"hello, world", "Überraschung 写真 🎉", "e\u0301", "می\u200cخواهم", "\u2764\ufe0f",
                           "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\\x1b is text"}) {
    CHECK(line(text) == text);
  }
}

TEST_CASE("visible: controls are named") {
  CHECK(line("a\x1b[2Jb") == "a^[[2Jb");
  CHECK(line(std::string_view("\0\x07\x7f", 3)) == "^@^G^?");
  CHECK(line("\xc2\x9b"
             "31m") == "<U+009B>31m");
  CHECK(line("a\rb") == "a^Mb");
}

TEST_CASE("visible: what changes the direction or is not seen is named") {
  CHECK(line("\u202egpj.exe") == "<U+202E>gpj.exe");
  CHECK(line("\u2066x\u2069") == "<U+2066>x<U+2069>");
  CHECK(line("\u061c\u200e\u200f\u2028\u2029\ufeff") == "<U+061C><U+200E><U+200F><U+2028><U+2029><U+FEFF>");
  CHECK(line("\U000e0041\ue000\U0010ffff") == "<U+E0041><U+E000><U+10FFFF>");
  CHECK(line("\u200b\u00ad\u3164") == "<U+200B><U+00AD><U+3164>");
}

TEST_CASE("visible: broken UTF-8 is replaced by maximal subparts") {
  CHECK(line("a\xff"
             "b") ==
        "a\ufffd"
        "b");
  CHECK(line("\xe5\x86x") == "\ufffdx");
  CHECK(line("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
  CHECK(replaced_utf8("\xe5\x86x\x1b") == "\ufffdx\x1b");
}

TEST_CASE("visible: at most eight marks on a character, none without") {
  std::string zalgo = "z";
  for (int i = 0; i < 10; ++i) zalgo += "\u0301";
  std::string expected = "z";
  for (int i = 0; i < 8; ++i) expected += "\u0301";
  CHECK(line(zalgo) == expected + "<U+0301><U+0301>");
  CHECK(line("\u0301x") == "<U+0301>x");
  CHECK(line("\x01\u0301") == "^A<U+0301>");
}

TEST_CASE("visible: line feeds make lines, with or without CR") {
  CHECK(visible_lines("a\nb\r\nc") == std::vector<std::string>{"a", "b", "c"});
  CHECK(visible_lines("a\n") == std::vector<std::string>{"a", ""});
  CHECK(visible_lines("") == std::vector<std::string>{""});
  CHECK(visible_word("a\nb") == "a^Jb");
}

TEST_CASE("visible: tabs are spaces and long lines are cut") {
  CHECK(line("a\tb") == "a    b");
  const auto cut = line(std::string(5000, 'x'));
  CHECK(weft::app::cells_width(cut) == max_line_columns);
  CHECK(cut.ends_with("x…"));
  CHECK(weft::app::cells_width(line(std::string(5000, '\x1b'))) <= max_line_columns);
  CHECK(visible_word(std::string(100, 'n')) == std::string(63, 'n') + "…");
}

TEST_CASE("visible: whatever arrives, what is shown has no control and is valid") {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? 0x80 + random() % 128 : random() % 128);
    for (const auto& shown : visible_lines(bytes)) {
      for (std::string_view rest = shown; !rest.empty();) {
        const auto [code, size] = weft::app::next_code(rest);
        REQUIRE(code >= 0x20);
        REQUIRE((weft::app::is_shown(code) || code == 0x200c || code == 0x200d));
        rest.remove_prefix(size);
      }
    }
  }
}

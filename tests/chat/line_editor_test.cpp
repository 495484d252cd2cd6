#include "chat/line_editor.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace weft::chat_app;

namespace {

std::vector<std::string> lines_of(const std::vector<editor_action>& actions) {
  std::vector<std::string> lines;
  for (const auto& action : actions) {
    if (action.what == editor_action::kind::line) lines.push_back(action.text);
  }
  return lines;
}

std::string paste_of(int lines) {
  std::string text = "\x1b[200~";
  for (int i = 1; i <= lines; ++i) text += "line " + std::to_string(i) + "\r";
  return text + "\x1b[201~";
}

}  // namespace

TEST_CASE("editor: what is typed is entered") {
  line_editor editor;
  CHECK(lines_of(editor.feed("héllo\r")) == std::vector<std::string>{"héllo"});
  CHECK(editor.line().text.empty());
}

TEST_CASE("editor: the keys of emacs edit the line") {
  const std::pair<const char*, const char*> edits[] = {
      {"abc\x02\x02X", "aXbc"},
      {"abc\x01X\x05Y", "XabcY"},
      {"one two\x17", "one "},
      {"one two\x17\x19\x19", "one twotwo"},
      {"one two\x01\x1b"
       "d",
       " two"},
      {"abc\x01\x0b\x19\x19", "abcabc"},
      {"abc\x15x", "x"},
      {"ab\x14", "ba"},
      {"写真\x7f", "写"},
      {"e\u0301\x7fx", "x"},
      {"abc\x1b[D\x1b[3~", "ab"},
      {"abc\x01\x04", "bc"},
      {"one two\x1b"
       "bX",
       "one Xtwo"},
  };
  for (const auto& [typed, expected] : edits) {
    CAPTURE(expected);
    line_editor editor;
    editor.feed(typed);
    CHECK(editor.line().text == expected);
  }
}

TEST_CASE("editor: history goes back and forth and keeps the half-typed line") {
  line_editor editor;
  editor.feed("first\rsecond\rsecond\rhalf");
  editor.feed("\x1b[A");
  CHECK(editor.line().text == "second");
  editor.feed("\x1b[A");
  CHECK(editor.line().text == "first");
  editor.feed("\x1b[A");
  CHECK(editor.line().text == "first");
  editor.feed("\x0e\x0e");
  CHECK(editor.line().text == "half");
  editor.feed("\x0e");
  CHECK(editor.line().text == "half");
}

TEST_CASE("editor: completion fills in what is certain and shows the rest") {
  line_editor editor([](std::string_view line) {
    std::vector<std::string> found;
    for (const auto* word : {"/peers", "/ping", "/quit"}) {
      if (std::string_view(word).starts_with(line)) found.emplace_back(word);
    }
    return found;
  });
  editor.feed("/q\t");
  CHECK(editor.line().text == "/quit ");
  editor.feed("\x15/p\t");
  CHECK(editor.line().text == "/p");
  const auto actions = editor.feed("\t");
  REQUIRE(actions.size() == 1);
  CHECK(actions.front().what == editor_action::kind::candidates);
  CHECK(actions.front().text == "/peers  /ping");
}

TEST_CASE("editor: a paste of five lines is entered as it is") {
  line_editor editor;
  CHECK(lines_of(editor.feed(paste_of(5))).size() == 5);
}

TEST_CASE("editor: a paste of more lines asks once; y sends them") {
  line_editor editor;
  CHECK(editor.feed(paste_of(6)).empty());
  CHECK(editor.line().prompt == "send these 6 lines? (y/n) ");
  CHECK(editor.feed("x\r\t").empty());
  const auto lines = lines_of(editor.feed("y"));
  REQUIRE(lines.size() == 6);
  CHECK(lines.back() == "line 6");
  CHECK(editor.line().prompt == "> ");
}

TEST_CASE("editor: what is typed ahead of an answer waits for none, and what is typed behind it stays in the line") {
  for (const std::string typed : {"xyes", "xno"}) {
    line_editor whole;
    line_editor piecewise;
    whole.feed(paste_of(6));
    piecewise.feed(paste_of(6));
    const auto lines = lines_of(whole.feed(typed));
    std::vector<std::string> others;
    for (const char c : typed) {
      for (auto& line : lines_of(piecewise.feed(std::string(1, c)))) others.push_back(line);
    }
    CHECK(lines.size() == (typed == "xyes" ? 6 : 0));
    CHECK(lines == others);
    CHECK(whole.line().text == piecewise.line().text);
    CHECK(whole.line().text == (typed == "xyes" ? "es" : "o"));
  }
}

TEST_CASE("editor: n or escape drop a paste, and the half-typed line is as it was") {
  for (const auto* refusal : {"n", "\x1b"}) {
    line_editor editor;
    editor.feed("half");
    editor.feed(paste_of(7));
    editor.feed(refusal);
    CHECK(lines_of(editor.settle()).empty());
    CHECK(editor.line().prompt == "> ");
    CHECK(editor.line().text == "half");
  }
}

TEST_CASE("editor: a paste joins what is typed, and its open end stays in the line") {
  line_editor editor;
  editor.feed("say ");
  CHECK(lines_of(editor.feed("\x1b[200~one\rtwo\x1b[201~")) == std::vector<std::string>{"say one"});
  CHECK(editor.line().text == "two");
}

TEST_CASE("editor: Ctrl-C drops the line first, Ctrl-D ends only an empty one") {
  line_editor editor;
  editor.feed("text");
  CHECK(editor.feed("\x03").empty());
  CHECK(editor.line().text.empty());
  REQUIRE(editor.feed("\x03").size() == 1);
  CHECK(editor.feed("\x03").front().what == editor_action::kind::interrupt);
  CHECK(editor.feed("\x04").front().what == editor_action::kind::end_of_input);
  CHECK(editor.feed("\x1a").front().what == editor_action::kind::suspend);
}

TEST_CASE("editor: random keys never break the line or the cursor") {
  std::mt19937 random(7);
  const char* pieces[] = {"a",
                          "é",
                          "写",
                          "\u0301",
                          "🎉",
                          "\u200d",
                          " ",
                          "\x01",
                          "\x02",
                          "\x05",
                          "\x06",
                          "\x0b",
                          "\x15",
                          "\x17",
                          "\x19",
                          "\x14",
                          "\x7f",
                          "\x04",
                          "\x1b[A",
                          "\x1b[B",
                          "\x1b[3~",
                          "\x1b[1;5C",
                          "\x1b\x64",
                          "\xff",
                          "\xe5",
                          "\r",
                          "\t",
                          "\x1b",
                          "\x1b[200~p\rq\x1b[201~"};
  line_editor editor([](std::string_view) { return std::vector<std::string>{"word", "words"}; });
  for (int round = 0; round < 50'000; ++round) {
    editor.feed(pieces[random() % std::size(pieces)]);
    if (random() % 7 == 0) editor.settle();
    const auto line = editor.line();
    REQUIRE(line.cursor <= line.text.size());
    REQUIRE((line.cursor == line.text.size() || (static_cast<unsigned char>(line.text[line.cursor]) & 0xc0) != 0x80));
  }
}

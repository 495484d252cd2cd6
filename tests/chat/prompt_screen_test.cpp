#include "chat/prompt_screen.hpp"

#include <doctest/doctest.h>

#include <random>

#include "chat/line_editor.hpp"
#include "chat/screen_model.hpp"

using namespace weft::chat_app;
using testing::screen_model;
using weft::app::terminal_size;
using rows = std::vector<std::string>;

namespace {

prompt_line at_end(std::string_view text) { return {"> ", text, text.size()}; }

}  // namespace

TEST_CASE("prompt: an arriving line leaves the half-typed one intact") {
  const terminal_size size{20, 6};
  screen_model terminal(size);
  prompt_screen screen;
  terminal.write(screen.draw(at_end("half typed"), "", size));
  terminal.write(screen.draw(at_end("half typed"), "ann: hello\n", size));
  CHECK(terminal.text() == rows{"ann: hello", "> half typed"});
  CHECK(terminal.row() == 1);
  CHECK(terminal.column() == 12);
}

TEST_CASE("prompt: a line of several rows keeps its rows and its cursor") {
  const terminal_size size{10, 6};
  screen_model terminal(size);
  prompt_screen screen;
  const std::string text = "abcdefghijklmnop";
  terminal.write(screen.draw({"> ", text, 3}, "", size));
  CHECK(terminal.text() == rows{"> abcdefgh", "ijklmnop"});
  CHECK(terminal.row() == 0);
  CHECK(terminal.column() == 5);
  terminal.write(screen.draw({"> ", text, 12}, "bob: hi\n", size));
  CHECK(terminal.text() == rows{"bob: hi", "> abcdefgh", "ijklmnop"});
  CHECK(terminal.row() == 2);
  CHECK(terminal.column() == 4);
  terminal.write(screen.draw(at_end("x"), "", size));
  CHECK(terminal.text() == rows{"bob: hi", "> x"});
}

TEST_CASE("prompt: a row that is exactly full gives the cursor the next one") {
  const terminal_size size{10, 6};
  screen_model terminal(size);
  prompt_screen screen;
  terminal.write(screen.draw(at_end("abcdefgh"), "", size));
  CHECK(terminal.row() == 1);
  CHECK(terminal.column() == 0);
  terminal.write(screen.draw(at_end("abcdefg"), "", size));
  CHECK(terminal.text() == rows{"> abcdefg"});
  CHECK(terminal.row() == 0);
}

TEST_CASE("prompt: a wide character does not hang over the edge") {
  const terminal_size size{9, 6};
  screen_model terminal(size);
  prompt_screen screen;
  terminal.write(screen.draw(at_end("写写写写"), "", size));
  CHECK(terminal.text() == rows{"> 写写写", "写"});
  CHECK(terminal.column() == 2);
}

TEST_CASE("prompt: a line taller than the screen shows the rows around the cursor") {
  const terminal_size size{10, 4};
  screen_model terminal(size);
  prompt_screen screen;
  const std::string text(75, 'x');
  terminal.write(screen.draw(at_end(text), "", size));
  CHECK(terminal.text().size() == 3);
  terminal.write(screen.draw({"> ", text, 0}, "ann: hello\n", size));
  CHECK(terminal.text().front() == "ann: hello");
  CHECK(terminal.row() == 1);
  CHECK(terminal.column() == 2);
}

TEST_CASE("prompt: what is printed scrolls away above, line by line") {
  const terminal_size size{12, 3};
  screen_model terminal(size);
  prompt_screen screen;
  for (int i = 0; i < 5; ++i) terminal.write(screen.draw(at_end("half"), "line " + std::to_string(i) + "\n", size));
  CHECK(terminal.text() == rows{"line 3", "line 4", "> half"});
  CHECK(terminal.scrolled_away() == rows{"line 0", "line 1", "line 2"});
}

TEST_CASE("prompt: left behind, the line stays and the next is below") {
  const terminal_size size{10, 6};
  screen_model terminal(size);
  prompt_screen screen;
  terminal.write(screen.draw({"> ", "abcdefghijkl", 1}, "", size));
  terminal.write(screen.leave());
  terminal.write("done\n");
  CHECK(terminal.text() == rows{"> abcdefgh", "ijkl", "done"});
  terminal.write(screen.draw(at_end("y"), "", size));
  CHECK(terminal.text() == rows{"> abcdefgh", "ijkl", "done", "> y"});
  terminal.write(screen.erase(size));
  CHECK(terminal.text() == rows{"> abcdefgh", "ijkl", "done"});
}

TEST_CASE("prompt: after any keys and arrivals the screen shows what was said and the line, nothing else") {
  std::mt19937 random(3);
  const char* keys[] = {"a", "é", "写", "🎉", "\x02", "\x06", "\x01", "\x05", "\x7f", "\x17", "word ", "e\u0301"};
  for (int run = 0; run < 50; ++run) {
    const terminal_size size{5 + random() % 30, 8};
    screen_model terminal(size);
    prompt_screen screen;
    line_editor editor;
    std::size_t said = 0;
    for (int step = 0; step < 60; ++step) {
      editor.feed(keys[random() % std::size(keys)]);
      const bool arrives = random() % 4 == 0;
      const auto above = arrives ? "m" + std::to_string(said++) + "\n" : std::string();
      terminal.write(screen.draw(editor.line(), above, size));
    }
    const auto shown = terminal.text();
    const auto all = editor.line().text;
    const auto needed = (weft::app::cells_width(all) + 2) / (size.columns - 1) + 2;
    if (needed >= size.rows) continue;
    // Above the line: the last messages, in order.
    const auto prompt = std::ranges::find_if(shown, [](const auto& row) { return row.starts_with(">"); });
    REQUIRE(prompt != shown.end());
    auto number = said;
    for (auto row = prompt; row != shown.begin();) CHECK(*--row == "m" + std::to_string(--number));
    std::string joined;
    for (auto row = prompt; row != shown.end(); ++row) joined += *row;
    std::string expected = "> " + std::string(all);
    std::erase(joined, ' ');
    std::erase(expected, ' ');
    CHECK(joined == expected);
  }
}

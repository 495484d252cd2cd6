// Bytes in one piece are the same keys as one by one; the line that they edit is text, and what draws it is text and the
// few sequences that a chat needs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/line_editor.hpp"
#include "chat/prompt_screen.hpp"
#include "chat_text.hpp"

namespace {

using namespace weft::chat_app;
using fuzz_chat::require;

/// The keys, with text that belongs together in one.
std::vector<std::pair<key, std::string>> keys_of(std::string_view bytes, std::size_t piece) {
  key_decoder decoder;
  std::vector<key_press> pressed;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    decoder.feed(bytes.substr(0, piece), pressed);
  decoder.settle(pressed);
  require(!decoder.is_waiting());
  std::vector<std::pair<key, std::string>> keys;
  for (const auto& one : pressed) {
    const bool goes_on = one.what == key::text && !keys.empty() && keys.back().first == key::text;
    if (goes_on) {
      keys.back().second += one.text;
    } else {
      keys.emplace_back(one.what, one.text);
    }
  }
  return keys;
}

/// Valid UTF-8 in one line without controls.
bool is_line(std::string_view text) {
  while (!text.empty()) {
    const auto [code, size] = weft::app::next_code(text);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_cell_edge(std::string_view text, std::size_t at) {
  std::size_t edge = 0;
  while (edge < at) edge += weft::app::next_cell(text.substr(edge)).size;
  return edge == at;
}

void check_line(const prompt_line& line) {
  require(is_line(line.text) && line.cursor <= line.text.size() && is_cell_edge(line.text, line.cursor));
}

/// Text, returns, line feeds, and ESC [ number, then one of A, B, G, J. No more line feeds than there are rows.
void check_drawn(std::string_view bytes, std::size_t rows) {
  require(static_cast<std::size_t>(std::ranges::count(bytes, '\n')) < std::max<std::size_t>(rows, 2));
  while (!bytes.empty()) {
    if (bytes.starts_with("\x1b[")) {
      bytes.remove_prefix(2);
      while (!bytes.empty() && bytes.front() >= '0' && bytes.front() <= '9') bytes.remove_prefix(1);
      require(!bytes.empty() && std::string_view("ABGJ").find(bytes.front()) != std::string_view::npos);
      bytes.remove_prefix(1);
    } else if (bytes.front() == '\r' || bytes.front() == '\n') {
      bytes.remove_prefix(1);
    } else {
      const auto [code, size] = weft::app::next_code(bytes);
      require(code >= 0x20 && (code < 0x7f || code >= 0xa0));
      bytes.remove_prefix(size);
    }
  }
}

std::vector<std::string> words(std::string_view line) {
  if (line.ends_with("x")) return {};
  if (line.ends_with("\xc3\xa9")) return {"/one"};
  return {"/me", "/m\xc3\xa9moire", "/message"};
}

void edit(std::string_view bytes, std::size_t piece, weft::app::terminal_size size) {
  line_editor editor(words);
  prompt_screen screen;
  const auto take = [&](const std::vector<editor_action>& actions) {
    for (const auto& one : actions) {
      if (one.what == editor_action::kind::line) require(is_line(one.text));
    }
    check_line(editor.line());
  };
  while (!bytes.empty()) {
    take(editor.feed(bytes.substr(0, piece)));
    check_drawn(screen.draw(editor.line(), {}, size), size.rows);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  take(editor.settle());
  require(!editor.is_waiting());
  check_drawn(screen.draw(editor.line(), {}, size), size.rows);
  check_drawn(screen.erase(size), size.rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, std::min<std::size_t>(size - 2, 512));
  const weft::app::terminal_size screen{.columns = std::max<std::size_t>(data[0], 1),
                                        .rows = std::max<std::size_t>(data[1], 1)};
  require(keys_of(bytes, bytes.size() + 1) == keys_of(bytes, 1));
  edit(bytes, 16, screen);
  return 0;
}

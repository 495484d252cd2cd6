#include "chat/visible_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/text_cells.hpp"

namespace weft::chat_app {
namespace {

constexpr std::size_t max_marks = 8;
constexpr std::size_t tab_columns = 4;
constexpr std::string_view replacement = "\xef\xbf\xbd";

bool is_joiner(std::int32_t code) { return code == 0x200c || code == 0x200d; }

std::string named(std::int32_t code) {
  if (code < 0x20) return {'^', static_cast<char>('@' + code)};
  if (code == 0x7f) return "^?";
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "<U+%04X>", static_cast<unsigned>(code));
  return {text.data(), static_cast<std::size_t>(size)};
}

/// A line as it grows.
class visible_line {
 public:
  explicit visible_line(std::size_t columns) : columns_(columns) {}

  void add(std::string_view bytes) {
    while (!bytes.empty() && !full_) {
      const auto [code, size] = app::next_code(bytes);
      add(code, bytes.substr(0, size));
      bytes.remove_prefix(size);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  void add(std::int32_t code, std::string_view bytes) {
    const bool is_text = code >= 0 && app::is_shown(code);
    const bool joins = is_joiner(code) || (is_text && app::is_mark(code));
    if (joins && has_base_ && marks_ < max_marks) {
      ++marks_;
      text_ += bytes;
    } else if (code < 0) {
      add_base(replacement, 1);
    } else if (code == '\t') {
      add_base(std::string(tab_columns, ' '), tab_columns);
    } else if (joins || !is_text) {
      const auto name = named(code);
      add_base(name, name.size());
    } else {
      add_base(bytes, app::cells_width(bytes));
      has_base_ = !full_;
      marks_ = 0;
    }
  }
  void add_base(std::string_view bytes, std::size_t width) {
    has_base_ = false;
    full_ = used_ + width > columns_ - 1;
    text_ += full_ ? std::string_view("…") : bytes;
    used_ += width;
  }

  std::size_t columns_;
  std::size_t used_ = 0;
  std::size_t marks_ = 0;
  bool has_base_ = false;
  bool full_ = false;
  std::string text_;
};

std::string visible(std::string_view bytes, std::size_t columns) {
  visible_line line(columns);
  line.add(bytes);
  return line.take();
}

}  // namespace

std::vector<std::string> visible_lines(std::string_view bytes) {
  std::vector<std::string> lines;
  for (;;) {
    const auto end = bytes.find('\n');
    auto line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(visible(line, max_line_columns));
    if (end == std::string_view::npos) return lines;
    bytes.remove_prefix(end + 1);
  }
}

std::string visible_word(std::string_view bytes, std::size_t columns) { return visible(bytes, columns); }

std::string in_quotes(std::string_view name) { return "'" + visible_word(name, 200) + "'"; }

std::string replaced_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto [code, size] = app::next_code(bytes);
    out += code < 0 ? replacement : bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return out;
}

}  // namespace weft::chat_app

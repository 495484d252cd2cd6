#include "chat/prompt_screen.hpp"

#include <algorithm>

#include "common/text_cells.hpp"

namespace weft::chat_app {
namespace {

constexpr std::string_view erase_below = "\x1b[J";

struct row {
  std::string text;
  std::size_t width = 0;
};

struct layout {
  std::vector<row> rows = {row{}};
  std::size_t cursor_row = 0;
  std::size_t cursor_column = 0;
};

std::string up(std::size_t rows) { return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A"; }
std::string to_column(std::size_t column) { return "\x1b[" + std::to_string(column + 1) + "G"; }

void append(layout& out, std::string_view text, std::size_t columns) {
  while (!text.empty()) {
    const auto cell = app::next_cell(text);
    if (out.rows.back().width + cell.width > columns) out.rows.emplace_back();
    out.rows.back().text += text.substr(0, cell.size);
    out.rows.back().width += cell.width;
    text.remove_prefix(cell.size);
  }
}

layout lay_out(const prompt_line& line, std::size_t columns) {
  layout out;
  append(out, line.prompt, columns);
  append(out, line.text.substr(0, line.cursor), columns);
  // The cursor needs a column of its own.
  const auto behind = line.text.substr(line.cursor);
  const auto wanted = behind.empty() ? 1 : app::next_cell(behind).width;
  if (out.rows.back().width + wanted > columns) out.rows.emplace_back();
  out.cursor_row = out.rows.size() - 1;
  out.cursor_column = out.rows.back().width;
  append(out, behind, columns);
  return out;
}

/// The rows around the cursor that fit.
void crop(layout& out, std::size_t height) {
  if (out.rows.size() <= height) return;
  const auto first = std::min(out.cursor_row - std::min(out.cursor_row, height / 2), out.rows.size() - height);
  const auto begin = out.rows.begin() + static_cast<std::ptrdiff_t>(first);
  out.rows = std::vector<row>(begin, begin + static_cast<std::ptrdiff_t>(height));
  out.cursor_row -= first;
}

std::size_t rows_of(std::size_t width, std::size_t columns) {
  return std::max<std::size_t>(1, (width + columns - 1) / columns);
}

}  // namespace

/// After the window became narrower a row takes several.
std::string prompt_screen::to_first_row(app::terminal_size screen) const {
  std::size_t rows = 0;
  for (std::size_t i = 0; i < cursor_row_ && i < widths_.size(); ++i) rows += rows_of(widths_[i], screen.columns);
  return "\r" + up(std::min(rows, screen.rows - 1));
}

std::string prompt_screen::draw(const prompt_line& line, std::string_view above, app::terminal_size screen) {
  std::string out = erase(screen);
  out += above;
  auto shown = lay_out(line, std::max<std::size_t>(screen.columns, 2));
  crop(shown, std::max<std::size_t>(screen.rows, 2) - 1);
  for (std::size_t i = 0; i < shown.rows.size(); ++i) {
    if (i > 0) out += "\r\n";
    out += shown.rows[i].text;
    widths_.push_back(shown.rows[i].width);
  }
  cursor_row_ = shown.cursor_row;
  out += up(shown.rows.size() - 1 - shown.cursor_row);
  out += to_column(shown.cursor_column);
  return out;
}

std::string prompt_screen::erase(app::terminal_size screen) {
  if (widths_.empty()) return "\r" + std::string(erase_below);
  auto out = to_first_row(screen) + std::string(erase_below);
  widths_.clear();
  cursor_row_ = 0;
  return out;
}

std::string prompt_screen::leave() {
  std::string out;
  for (std::size_t i = cursor_row_; i + 1 < widths_.size(); ++i) out += "\x1b[B";
  widths_.clear();
  cursor_row_ = 0;
  return out + "\r\n";
}

}  // namespace weft::chat_app

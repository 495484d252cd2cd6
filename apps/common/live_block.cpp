#include "common/live_block.hpp"

#include <algorithm>

#include "common/display_text.hpp"

namespace weft::app {
namespace {

constexpr std::string_view erase_line_end = "\x1b[K";
constexpr std::string_view erase_below = "\x1b[J";

}  // namespace

/// After the window became narrower a line takes several rows.
std::string live_block::to_top(terminal_size screen) const {
  std::size_t rows = 0;
  for (const auto width : widths_) rows += std::max<std::size_t>(1, (width + screen.columns - 1) / screen.columns);
  rows = std::min(rows, screen.rows - 1);
  return rows == 0 ? "\r" : "\r\x1b[" + std::to_string(rows) + "A";
}

std::string live_block::draw(const std::vector<std::string>& lines, std::string_view above, terminal_size screen) {
  std::string out = to_top(screen);
  const bool reflowed = std::any_of(widths_.begin(), widths_.end(), [&](auto width) { return width > screen.columns; });
  if (!above.empty() || reflowed) out += erase_below;
  out += above;
  widths_.clear();
  for (const auto& line : lines) {
    out += line;
    out += erase_line_end;
    out += '\n';
    widths_.push_back(display_width(line));
  }
  out += erase_below;
  return out;
}

std::string live_block::erase(terminal_size screen) {
  if (widths_.empty()) return {};
  auto out = to_top(screen) + std::string(erase_below);
  widths_.clear();
  return out;
}

}  // namespace weft::app

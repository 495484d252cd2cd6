#include "common/display_text.hpp"

#include <weft/base/parse.hpp>

#include "common/text_cells.hpp"

namespace weft::app {
namespace {

constexpr int max_combining = 4;

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

/// The longest end of `text` that takes at most `width` columns.
std::string_view tail(std::string_view text, std::size_t width) {
  for (auto total = display_width(text); total > width;) {
    const auto cell = next_cell(text);
    total -= cell.width;
    text.remove_prefix(cell.size);
  }
  return text;
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  int combining = 0;
  while (!bytes.empty()) {
    const auto [code, size] = next_code(bytes);
    const bool mark = code >= 0 && is_mark(code);
    combining = mark ? combining + 1 : 0;
    const bool stray_mark = mark && (combining > max_combining || out.empty());
    if (code < 0 || !is_shown(code) || stray_mark) {
      append_escaped(out, bytes.substr(0, size));
    } else {
      out += bytes.substr(0, size);
    }
    bytes.remove_prefix(size);
  }
  return out;
}

std::size_t display_width(std::string_view text) { return cells_width(text); }

std::string clipped(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    const auto cell = next_cell(text.substr(end));
    if (used + cell.width > width) break;
    used += cell.width;
    end += cell.size;
  }
  return std::string(text.substr(0, end));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const std::size_t behind = (width - 1) / 2;
  const auto end = tail(text, behind);
  return clipped(text, width - 1 - display_width(end)) + "…" + std::string(end);
}

std::string padded(std::string_view text, std::size_t width) {
  auto out = shortened(text, width);
  out.append(width - display_width(out), ' ');
  return out;
}

std::string plain_message(std::string text) {
  const auto begin = text.rfind(" [");
  if (begin == std::string::npos || !text.ends_with(']')) return text;
  const auto inside = text.substr(begin + 2, text.size() - begin - 3);
  const auto colon = inside.find(':');
  const bool is_code = colon != std::string::npos && colon > 0 && inside.find(' ') == std::string::npos &&
                       parse_integer<int>(std::string_view(inside).substr(colon + 1)).has_value();
  if (is_code) text.resize(begin);
  return text;
}

}  // namespace weft::app

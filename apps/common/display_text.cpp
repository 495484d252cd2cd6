#include "common/display_text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include <weft/base/parse.hpp>

namespace weft::app {
namespace {

constexpr int max_combining = 4;

struct character {
  utf8proc_int32_t code;  ///< -1 for a byte that is not UTF-8
  std::size_t size;
};

character next_character(std::string_view text) {
  utf8proc_int32_t code = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (size <= 0) return {-1, 1};
  return {code, static_cast<std::size_t>(size)};
}

bool is_combining(utf8proc_int32_t code) {
  const auto category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

bool is_visible(utf8proc_int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

std::size_t width_of(utf8proc_int32_t code) {
  return code < 0 ? 1 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code)));
}

/// The longest end of `text` that takes at most `width` columns.
std::string_view tail(std::string_view text, std::size_t width) {
  std::size_t total = display_width(text);
  while (total > width && !text.empty()) {
    const auto [code, size] = next_character(text);
    total -= width_of(code);
    text.remove_prefix(size);
  }
  // A combining mark without its base would join the character before it.
  while (!text.empty()) {
    const auto [code, size] = next_character(text);
    if (code < 0 || !is_combining(code)) break;
    text.remove_prefix(size);
  }
  return text;
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  int combining = 0;
  while (!bytes.empty()) {
    const auto [code, size] = next_character(bytes);
    const bool mark = code >= 0 && is_combining(code);
    combining = mark ? combining + 1 : 0;
    const bool stray_mark = mark && (combining > max_combining || out.empty());
    if (code < 0 || !is_visible(code) || stray_mark) {
      append_escaped(out, bytes.substr(0, size));
    } else {
      out += bytes.substr(0, size);
    }
    bytes.remove_prefix(size);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [code, size] = next_character(text);
    width += width_of(code);
    text.remove_prefix(size);
  }
  return width;
}

std::string clipped(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    const auto [code, size] = next_character(text.substr(end));
    if (used + width_of(code) > width) break;
    used += width_of(code);
    end += size;
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

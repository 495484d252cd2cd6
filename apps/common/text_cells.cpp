#include "common/text_cells.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace weft::app {
namespace {

constexpr std::int32_t joiner = 0x200d;
constexpr std::int32_t emoji_selector = 0xfe0f;

bool is_between(unsigned char byte, int low, int high) { return byte >= low && byte <= high; }

/// Bytes that a sequence with this lead takes, and what its second byte may be; 1 for no lead.
struct lead_rule {
  std::size_t size;
  int low;
  int high;
};

lead_rule rule_of(unsigned char lead) {
  if (is_between(lead, 0xc2, 0xdf)) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (is_between(lead, 0xe1, 0xef)) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (is_between(lead, 0xf1, 0xf3)) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {1, 0, 0};
}

std::size_t maximal_subpart(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto rule = rule_of(byte(0));
  if (rule.size < 2 || text.size() < 2 || !is_between(byte(1), rule.low, rule.high)) return 1;
  if (rule.size == 4 && text.size() > 2 && is_between(byte(2), 0x80, 0xbf)) return 3;
  return 2;
}

bool is_modifier(std::int32_t code) { return code >= 0x1f3fb && code <= 0x1f3ff; }
bool is_flag_letter(std::int32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; }

/// Letters by category that no font draws.
bool is_blank_letter(std::int32_t code) { return code == 0x115f || code == 0x1160 || code == 0x3164 || code == 0xffa0; }

std::size_t width_of(std::int32_t code) { return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code))); }

}  // namespace

code_unit next_code(std::string_view text) {
  utf8proc_int32_t code = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (size <= 0) return {-1, maximal_subpart(text)};
  return {code, static_cast<std::size_t>(size)};
}

bool is_shown(std::int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return !is_blank_letter(code);
  }
}

bool is_mark(std::int32_t code) {
  const auto category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME || utf8proc_charwidth(code) <= 0;
}

text_cell next_cell(std::string_view text) {
  auto [code, size] = next_code(text);
  if (code < 0) return {size, 1};
  std::size_t width = is_flag_letter(code) ? 1 : width_of(code);
  utf8proc_int32_t state = 0;
  bool is_emoji = false;
  bool joined = false;
  while (size < text.size()) {
    const auto next = next_code(text.substr(size));
    if (next.code < 0 || utf8proc_grapheme_break_stateful(code, next.code, &state)) break;
    is_emoji |= next.code == emoji_selector || is_modifier(next.code) || (joined && width_of(next.code) > 0);
    joined = next.code == joiner;
    width += is_flag_letter(next.code) ? 1 : width_of(next.code);
    code = next.code;
    size += next.size;
  }
  return {size, is_emoji ? 2 : width};
}

std::size_t cells_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto cell = next_cell(text);
    width += cell.width;
    text.remove_prefix(cell.size);
  }
  return width;
}

std::size_t previous_cell(std::string_view text, std::size_t at) {
  std::size_t begin = 0;
  for (std::size_t next = 0; next < at; next += next_cell(text.substr(next)).size) begin = next;
  return begin;
}

}  // namespace weft::app

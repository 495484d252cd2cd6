#pragma once

#include <string>
#include <string_view>

namespace weft {

/// `text` made safe for a terminal or a log line.
///
/// Every byte of a C0 or C1 control, DEL, a bidirectional control, a line or paragraph separator and of invalid UTF-8
/// is written as \xNN, a backslash as \\; everything else is kept. The result is valid UTF-8 on one line.
[[nodiscard]] std::string escape(std::string_view text);

/// Is `text` well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF)?
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// ASCII only, whatever the locale.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Equal when ASCII case is ignored.
[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

/// Without the spaces and tabs at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace weft

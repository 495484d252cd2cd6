#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::chat_app {

/// The longest line that is shown, and the longest name, in columns; what is longer ends in "…".
inline constexpr std::size_t max_line_columns = 4096;
inline constexpr std::size_t max_name_columns = 64;

/// What a stranger wrote, line by line, as text that cannot drive a terminal.
///
/// Controls become "^X", other invisible characters "<U+XXXX>", broken UTF-8 U+FFFD for each maximal subpart, tabs
/// spaces. A character carries at most eight marks; the ninth and those without a character are shown as "<U+XXXX>".
/// LF ends a line; CR in front of it is dropped. Never empty.
std::vector<std::string> visible_lines(std::string_view bytes);

/// The same for what stands in a line: names, addresses, notices. One line; an inner LF is "^J".
std::string visible_word(std::string_view bytes, std::size_t columns = max_name_columns);

/// The name of a file or folder in messages: in quotes, cut at 200 columns.
std::string in_quotes(std::string_view name);

/// `bytes` as valid UTF-8: U+FFFD for each maximal subpart that is broken. Not safe for a terminal.
std::string replaced_utf8(std::string_view bytes);

}  // namespace weft::chat_app

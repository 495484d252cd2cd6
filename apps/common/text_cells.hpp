#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::app {

/// A code point at the beginning of a text, or what is broken there.
struct code_unit {
  std::int32_t code;  ///< -1: not UTF-8
  std::size_t size;   ///< of broken text: its maximal subpart (Unicode 15, 3.9, table 3-7)
};

/// Precondition: `text` is not empty.
code_unit next_code(std::string_view text);

/// Whether a terminal, a log or a reader takes `code` for what it looks like: no control, nothing that changes the
/// direction or is not seen, no private, unassigned or non-character.
bool is_shown(std::int32_t code);

/// Whether `code` has no column of its own and joins the character before it.
bool is_mark(std::int32_t code);

/// What a reader takes for one character: an extended grapheme cluster (UAX #29), and the columns it takes.
struct text_cell {
  std::size_t size;
  std::size_t width;
};

/// Emoji that variation selectors, joiners and modifiers put together, and flags, are two columns wide.
/// Precondition: `text` is not empty. A byte that is not UTF-8 is one column.
text_cell next_cell(std::string_view text);

/// Columns of all of `text`.
std::size_t cells_width(std::string_view text);

/// Where the cell in front of `at` begins; 0 for 0. Precondition: `at` is the beginning of a cell, or the end.
std::size_t previous_cell(std::string_view text, std::size_t at);

}  // namespace weft::app

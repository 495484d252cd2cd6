#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/terminal.hpp"

namespace weft::chat_app {

/// What stands at the bottom of the screen.
struct prompt_line {
  std::string_view prompt;  ///< safe to print
  std::string_view text;    ///< valid UTF-8 without controls
  std::size_t cursor = 0;   ///< bytes of `text` in front of it
};

/// The line that is being typed, at the bottom of a terminal, while other text scrolls away above it: makes the bytes
/// to write, writes nothing itself.
///
/// A line wider than the screen takes several rows, ended by line feeds and not by the terminal's own wrapping; one that
/// is taller than the screen shows the rows around the cursor. Each change is drawn anew from the first row, so that a
/// terminal that counts columns otherwise is wrong for one line only.
class prompt_screen {
 public:
  /// Draws `line` in the place of the one that is there, with `above` (whole lines ended by LF, or nothing) before it.
  std::string draw(const prompt_line& line, std::string_view above, app::terminal_size screen);
  /// Removes the line; the cursor stands where it began.
  std::string erase(app::terminal_size screen);
  /// Leaves the line where it is; the next one is drawn below.
  std::string leave();
  /// The screen was cleared by others: nothing of the line is there.
  void forget() { widths_.clear(); }

 private:
  std::string to_first_row(app::terminal_size screen) const;

  std::vector<std::size_t> widths_;  // columns of each row that is on the screen
  std::size_t cursor_row_ = 0;
};

}  // namespace weft::chat_app

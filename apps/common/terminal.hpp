#pragma once

#include <cstddef>

namespace weft::app {

/// Columns and rows of a terminal.
struct terminal_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// Whether `fd` is a terminal that understands cursor movement: isatty, and TERM is neither empty nor "dumb".
bool is_screen(int fd);

/// Whether colour may be used on `fd`: a screen, and NO_COLOR is not set (https://no-color.org), or CLICOLOR_FORCE is.
bool wants_color(int fd);

/// The size as it is at this moment: ask again at each redraw instead of handling SIGWINCH.
/// 80 x 24 where the terminal does not say.
terminal_size size_of_screen(int fd);

}  // namespace weft::app

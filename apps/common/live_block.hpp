#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/terminal.hpp"

namespace weft::app {

/// The lines at the bottom of a terminal that are drawn over and over: makes the bytes to write, writes nothing itself.
///
/// The cursor is left at the beginning of the line below the block and never hidden, so that a terminal is in order
/// whenever the program ends.
class live_block {
 public:
  /// Replaces the block by `lines`, with `above` (whole lines, or nothing) scrolling away above it.
  std::string draw(const std::vector<std::string>& lines, std::string_view above, terminal_size screen);
  /// Removes the block.
  std::string erase(terminal_size screen);

 private:
  std::string to_top(terminal_size screen) const;

  std::vector<std::size_t> widths_;  // columns of each line that is on the screen now
};

}  // namespace weft::app

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/terminal.hpp"

namespace weft::get_app {

/// One download in flight, as the display sees it.
struct active_file {
  std::string name;  ///< printable
  std::uint64_t received = 0;
  std::optional<std::uint64_t> size;
  double rate = 0;   ///< bytes a second
  std::string note;  ///< instead of a rate: "waiting", "retry 2 in 3s"
};

/// Everything the display shows.
struct progress_state {
  std::vector<active_file> active;  ///< in list order
  std::uint64_t finished = 0;       ///< complete files
  std::uint64_t skipped = 0;
  std::uint64_t failed = 0;
  std::optional<std::uint64_t> expected;  ///< how many there will be, once the list has been read
  std::uint64_t bytes = 0;                ///< received in this run
  std::uint64_t finished_bytes = 0;       ///< of the complete files
  double rate = 0;
  std::chrono::nanoseconds elapsed{};
};

/// The time that is left at the present rate, from the sizes that are known and the mean size of the finished files for
/// the rest; nothing while it cannot be told.
std::optional<std::chrono::nanoseconds> time_left(const progress_state& state);

/// The lines to show: one per active file and the total below, none wider than the screen less one column and all
/// together lower than the screen; files without room are counted in the total.
std::vector<std::string> render(const progress_state& state, app::terminal_size screen);

/// The total line alone, at most `width` columns.
std::string total_line(const progress_state& state, std::size_t hidden, std::size_t width);

}  // namespace weft::get_app

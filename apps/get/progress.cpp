#include "get/progress.hpp"

#include <algorithm>

#include "common/display_text.hpp"
#include "common/units.hpp"

namespace weft::get_app {
namespace {

constexpr std::size_t size_width = 9;
constexpr std::size_t rate_width = 11;
constexpr std::size_t bar_width = 20;
constexpr std::size_t least_name = 12;

std::string right(const std::string& text, std::size_t width) {
  const auto shown = app::clipped(text, width);
  return std::string(width - app::display_width(shown), ' ') + shown;
}

std::string rate_text(double rate) { return app::size_text(static_cast<std::uint64_t>(std::max(0.0, rate))) + "/s"; }

/// From 0 to `whole`, and `whole` only when it is complete.
std::size_t share(const active_file& file, std::size_t whole) {
  if (!file.size || *file.size == 0) return 0;
  const double part = static_cast<double>(file.received) / static_cast<double>(*file.size);
  return std::min(whole, static_cast<std::size_t>(part * static_cast<double>(whole)));
}

std::string bar_text(const active_file& file) {
  if (!file.size) return std::string(bar_width + 2, ' ');
  const auto filled = share(file, bar_width);
  std::string bar = "[" + std::string(filled, '=');
  if (filled < bar_width) bar += '>';
  bar.resize(bar_width + 1, ' ');
  return bar + "]";
}

std::string percent_text(const active_file& file) {
  return file.size ? right(std::to_string(share(file, 100)), 3) + "%" : "    ";
}

/// The name takes what the columns leave: with less room the bar goes first, then the size, then the rate.
std::string file_line(const active_file& file, std::size_t width) {
  const std::string rate = right(file.note.empty() ? rate_text(file.rate) : file.note, rate_width);
  const std::string size = right(app::size_text(file.received), size_width);
  std::string columns = ' ' + percent_text(file);
  if (least_name + columns.size() + 1 + rate_width <= width) columns += ' ' + rate;
  if (least_name + columns.size() + 1 + size_width <= width) columns = ' ' + size + columns;
  if (least_name + columns.size() + 1 + bar_width + 2 <= width) columns = ' ' + bar_text(file) + columns;
  if (columns.size() + 1 > width) return app::shortened(file.name, width);
  return app::padded(file.name, width - app::display_width(columns)) + columns;
}

}  // namespace

std::optional<std::chrono::nanoseconds> time_left(const progress_state& state) {
  if (!state.expected || state.rate <= 0) return std::nullopt;
  const auto done = state.finished + state.skipped + state.failed;
  double known = 0;
  std::uint64_t unknown = *state.expected - std::min(*state.expected, done + state.active.size());
  for (const auto& file : state.active) {
    if (file.size) {
      known += static_cast<double>(*file.size - std::min(*file.size, file.received));
    } else {
      ++unknown;
    }
  }
  if (unknown > 0 && state.finished == 0) return std::nullopt;
  const double mean =
      state.finished == 0 ? 0 : static_cast<double>(state.finished_bytes) / static_cast<double>(state.finished);
  const double seconds = std::min((known + mean * static_cast<double>(unknown)) / state.rate, 1e6);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::string total_line(const progress_state& state, std::size_t hidden, std::size_t width) {
  std::string line = std::to_string(state.finished + state.skipped);
  if (state.expected) line += '/' + std::to_string(*state.expected);
  line += state.expected == 1 ? " file" : " files";
  line += "  " + app::size_text(state.bytes) + "  " + rate_text(state.rate);
  if (const auto left = time_left(state)) line += "  ETA " + app::time_text(*left);
  if (state.failed > 0) line += "  " + std::to_string(state.failed) + " failed";
  if (hidden > 0) line += "  (+" + std::to_string(hidden) + " active)";
  return app::clipped(line, width);
}

std::vector<std::string> render(const progress_state& state, app::terminal_size screen) {
  // A full last column makes some terminals wrap, a full last row makes all of them scroll.
  const std::size_t width = screen.columns > 1 ? screen.columns - 1 : 1;
  const std::size_t room = screen.rows > 2 ? screen.rows - 2 : 0;
  const std::size_t shown = std::min(room, state.active.size());
  std::vector<std::string> lines;
  lines.reserve(shown + 1);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(file_line(state.active[i], width));
  lines.push_back(total_line(state, state.active.size() - shown, width));
  return lines;
}

}  // namespace weft::get_app

#include "copy/view.hpp"

#include <algorithm>
#include <cstdio>

#include "common/display_text.hpp"
#include "common/terminal.hpp"
#include "common/units.hpp"

namespace weft::copy_app {
namespace {

constexpr std::size_t bar_width = 20;

std::string plural(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string progress_line(const copy_counts& counts, double rate, std::size_t width) {
  const std::uint64_t done = counts.files + counts.up_to_date;
  std::string line;
  if (counts.all_known && counts.expected_bytes > 0) {
    const double part = std::min(1.0, static_cast<double>(counts.bytes) / static_cast<double>(counts.expected_bytes));
    const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar_width));
    std::string bar = std::string(filled, '=') + (filled < bar_width ? ">" : "");
    bar.resize(bar_width, ' ');
    line = "[" + bar + "]  ";
  }
  line += std::to_string(done) + (counts.all_known ? "/" + std::to_string(counts.expected_files) : "") + " files  ";
  line += app::size_text(counts.bytes) + "  " + app::size_text(static_cast<std::uint64_t>(std::max(0.0, rate))) + "/s";
  if (counts.all_known && rate > 0 && counts.expected_bytes > counts.bytes) {
    const double left = static_cast<double>(counts.expected_bytes - counts.bytes) / rate;
    line += "  ETA " + app::time_text(std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(left, 1e6) * 1e9)));
  }
  if (counts.failed > 0) line += "  " + std::to_string(counts.failed) + " failed";
  return app::clipped(line, width);
}

std::string summary_line(const copy_counts& counts, duration passed, bool planned) {
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "%.1fs", std::chrono::duration<double>(passed).count());
  std::string line =
      plural(counts.files, "file") + (planned ? " to copy, " : " copied, ") + app::size_text(counts.bytes);
  if (!planned) line += std::string(" in ") + seconds;
  if (counts.up_to_date > 0) line += ", " + std::to_string(counts.up_to_date) + " up to date";
  if (counts.lost > 0) line += ", " + plural(counts.lost, "attribute") + " not kept";
  if (counts.failed > 0) line += ", " + std::to_string(counts.failed) + " failed";
  return line;
}

view::view(const config& settings, app::text_sink& notes) : config_(settings), notes_(notes), start_(now()) {}

void view::print(const std::string& line) {
  if (config_.quiet) return;
  if (config_.show == display::bar) {
    lines_ += line + "\n";
  } else {
    notes_.add(line + "\n");
  }
}

void view::failed(const entry_report& report) {
  print("weft-copy: " + app::printable(report.source) + ": " + app::printable(report.error));
}

void view::warn(const std::string& text) { print("weft-copy: " + app::printable(text)); }

void view::draw(const copy_counts& counts) {
  if (config_.show != display::bar) return;
  const auto screen = app::size_of_screen(notes_.fd());
  rate_.sample(std::chrono::steady_clock::now(), counts.bytes);
  const std::size_t width = screen.columns > 1 ? screen.columns - 1 : 1;
  notes_.add(block_.draw({progress_line(counts, rate_.per_second(), width)}, lines_, screen));
  lines_.clear();
}

void view::finish(const copy_counts& counts, ending how) {
  if (config_.quiet) return;
  if (config_.show == display::bar) notes_.add(block_.erase(app::size_of_screen(notes_.fd())));
  std::string last = lines_ + (how == ending::interrupted ? "interrupted: " : "") +
                     summary_line(counts, now() - start_, config_.dry_run) + "\n";
  lines_.clear();
  if (config_.show != display::nothing) notes_.add(last);
}

}  // namespace weft::copy_app

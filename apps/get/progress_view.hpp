#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/time.hpp>

#include "common/live_block.hpp"
#include "common/rate_meter.hpp"
#include "common/text_sink.hpp"
#include "get/config.hpp"
#include "get/progress.hpp"
#include "get/report.hpp"

namespace weft::get_app {

inline constexpr duration redraw_interval = std::chrono::milliseconds(100);

/// What a download in flight tells the display.
struct transfer {
  std::string name;
  std::uint64_t received = 0;
  std::optional<std::uint64_t> size;
  std::string note;
  app::rate_meter rate;
};

/// Shows a run on standard error in the way `show` says, at most ten times a second.
///
/// Threads: one loop.
class progress_view {
 public:
  progress_view(display show, bool verbose, app::text_sink& sink);

  /// A download has begun; the reference is good until ended().
  transfer& started(std::uint64_t number, std::string_view name);
  /// A download, begun or not, has ended: prints its line if one is due.
  void ended(const file_report& report);
  /// Body bytes of any download have arrived.
  void received(std::uint64_t bytes) { state_.bytes += bytes; }
  /// How many downloads there will be.
  void expect(std::uint64_t total) { state_.expected = total; }
  /// A line of --verbose.
  void detail(const std::string& line);

  /// Brings what is shown up to date: to be called every redraw_interval.
  void draw();
  /// How a run ends: with a summary, with one that says so, or without one.
  enum class ending { regular, interrupted, failed };
  /// Removes what is drawn and adds what is left to say and the summary; to be written by a flush of the sink.
  void finish(ending how);

 private:
  void print(const std::string& line);
  std::string summary(ending how) const;

  display show_;
  bool verbose_;
  app::text_sink& sink_;
  app::live_block block_;
  progress_state state_;
  std::map<std::uint64_t, transfer> transfers_;  // by number: list order
  app::rate_meter rate_;
  time_point start_;
  std::string lines_;  // of a bar: what goes above it at the next redraw
};

/// The line about one ended download, without a line break: "a.jpg  27.1 KiB  0.12s", "failed https://…: not found".
std::string result_line(const file_report& report);

}  // namespace weft::get_app

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/core/time.hpp>

#include "common/live_block.hpp"
#include "common/rate_meter.hpp"
#include "common/text_sink.hpp"
#include "copy/config.hpp"
#include "copy/report.hpp"

namespace weft::copy_app {

/// Everything that is counted.
struct copy_counts {
  std::uint64_t files = 0;  ///< copied, linked or planned
  std::uint64_t up_to_date = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;  ///< attributes
  std::uint64_t bytes = 0;
  std::uint64_t expected_files = 0;
  std::uint64_t expected_bytes = 0;
  bool all_known = false;  ///< the sources have been walked through
};

/// "[=====>    ]  1203/5000 files  31.2 MiB  410.0 MiB/s  ETA 2s", at most `width` columns.
std::string progress_line(const copy_counts& counts, double rate, std::size_t width);
/// "5000 files copied, 132.0 MiB in 0.4s, 3 failed"
std::string summary_line(const copy_counts& counts, duration passed, bool planned);

/// What is told on standard error. Threads: one loop.
class view {
 public:
  view(const config& settings, app::text_sink& notes);

  void failed(const entry_report& report);
  void warn(const std::string& text);
  /// Brings a bar up to date; does nothing without one.
  void draw(const copy_counts& counts);
  enum class ending { regular, interrupted };
  /// Removes the bar and adds the summary.
  void finish(const copy_counts& counts, ending how);

 private:
  void print(const std::string& line);

  const config& config_;
  app::text_sink& notes_;
  app::live_block block_;
  app::rate_meter rate_;
  time_point start_;
  std::string lines_;
};

}  // namespace weft::copy_app

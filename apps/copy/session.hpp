#pragma once

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/core/task_group.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "common/exit_code.hpp"
#include "common/text_sink.hpp"
#include "copy/config.hpp"
#include "copy/crew.hpp"
#include "copy/view.hpp"
#include "copy/walker.hpp"

namespace weft::copy_app {

/// One run of weft-copy: one thread walks through the sources, the crew copies files, the loop counts and shows.
///
/// Lifetime:     one run(); lives on the loop's thread.
/// Cancellation: files that are being copied are given up, complete ones stay.
class session {
 public:
  explicit session(const config& settings);

  /// Completes when everything has been copied, or has failed. Errors: boost::system::system_error when the target is no
  /// place to copy to, and for standard output.
  task<app::exit_code> run();

 private:
  task<> copy_everything();
  task<> walk_through(walker& tree);
  task<> hand_out(task_group& group, findings found);
  task<> copy(copy_job job);
  task<> show();
  void take(const entry_report& report);

  const config& config_;
  offload walk_thread_;
  offload notes_thread_;
  offload data_thread_;
  app::text_sink notes_;
  app::text_sink data_;
  crew crew_;
  view view_;
  copy_counts counts_;
  std::uint64_t complete_bytes_ = 0;
  std::vector<std::string> failed_;  // targets of files that have other names, too
};

}  // namespace weft::copy_app

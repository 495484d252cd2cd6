#pragma once

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>

#include "common/exit_code.hpp"
#include "common/text_sink.hpp"
#include "get/config.hpp"
#include "get/progress_view.hpp"

namespace weft::get_app {

/// One run of downloads with everything it needs: threads for files and terminal, the display, the data stream.
///
/// Lifetime:     one run(); lives on the loop's thread.
/// Cancellation: downloads end, the terminal is put in order and the summary says that the run was interrupted, as far
///               as the readers of the streams take it within a second.
class session {
 public:
  explicit session(const config& settings);

  /// Completes when everything asked for has its result. Errors: boost::system::system_error for the list, the target
  /// folder and standard output.
  task<app::exit_code> run();

 private:
  task<app::exit_code> download();
  task<> tidy_up();
  task<> show();
  task<> hand_on();
  task<> say_farewell();

  const config& config_;
  // A list, a terminal or a reader of the data that is slow holds up nothing but itself.
  offload files_;
  offload list_thread_;
  offload tidy_thread_;
  offload notes_thread_;
  offload data_thread_;
  app::text_sink notes_;
  app::text_sink data_;
  progress_view view_;
};

}  // namespace weft::get_app

#pragma once

#include <cstddef>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/core/task_group.hpp>
#include <weft/sync/event.hpp>

#include "common/exit_code.hpp"
#include "common/text_sink.hpp"
#include "get/config.hpp"
#include "get/fetch.hpp"
#include "get/job_window.hpp"
#include "get/progress_view.hpp"
#include "get/url_source.hpp"

namespace weft::get_app {

/// Runs the downloads of one list: reads it as far as needed, starts as many as the limits allow, reports each.
///
/// Ownership:    uses what it is given, which outlives it.
/// Cancellation: ends every download; none leaves a file under its final name that is not complete.
/// Errors:       boost::system::system_error when the list cannot be read or standard output is gone. A download that
///               fails is no error: it counts in the exit code.
class engine {
 public:
  engine(const config& settings, url_source& source, fetcher& fetch, progress_view& view, app::text_sink& data);

  /// Completes when every file of the list has its result: the exit code of all together.
  task<app::exit_code> run();

 private:
  task<> dispatch(task_group& group);
  task<> read_more();
  task<> work(job next);
  void finish(const job& next, const file_report& report);
  bool wants_more() const;

  const config& config_;
  url_source& source_;
  fetcher& fetch_;
  progress_view& view_;
  app::text_sink& data_;
  job_window window_;
  event changed_;  // a download has ended or jobs were read
  std::size_t active_ = 0;
  bool reading_ = false;
  bool ended_ = false;  // the list has
  app::exit_code code_ = app::exit_code::ok;
};

}  // namespace weft::get_app

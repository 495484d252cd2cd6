#pragma once

#include <optional>
#include <string>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/fs/directory.hpp>
#include <weft/http/client.hpp>

#include "get/body_saver.hpp"
#include "get/config.hpp"
#include "get/failure.hpp"
#include "get/progress_view.hpp"
#include "get/report.hpp"
#include "get/url_source.hpp"

namespace weft::get_app {

/// Fetches files, any number at once: request, retries, body to disk.
///
/// Ownership:    uses what it is given, which outlives it.
/// Cancellation: of fetch() ends the transfer; nothing is left on disk.
class fetcher {
 public:
  /// The target folder exists. Errors: boost::system::system_error when it cannot be opened.
  fetcher(const config& settings, offload& files, progress_view& view);

  /// What became of `next`, whatever happened. Errors: none but cancellation.
  task<file_report> fetch(const job& next);

 private:
  struct course;

  task<> fetch_with_retries(course& run);
  task<std::optional<failure>> attempt(course& run);
  task<std::optional<failure>> exchange(course& run);
  http::request request_for(const course& run) const;

  const config& config_;
  progress_view& view_;
  std::optional<fs::directory> folder_;  // none: standard output
  std::string path_prefix_;              // what stands before a name in a path; empty for the working folder
  body_saver saver_;
  http::client client_;
};

}  // namespace weft::get_app

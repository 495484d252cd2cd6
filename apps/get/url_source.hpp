#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/http/url.hpp>

#include "get/failure.hpp"
#include "get/name_plan.hpp"

namespace weft::get_app {

/// A file to fetch, with its place on disk decided.
struct job {
  std::uint64_t number = 0;      ///< place in the list, from 1
  std::string text;              ///< the URL as given, for messages; it may hold credentials
  std::optional<http::url> url;  ///< there when there is no fault
  planned_name target;           ///< the name is relative to the target folder
  std::optional<failure> fault;  ///< the line cannot be fetched at all
};

struct url_source_options {
  std::vector<std::string> urls;
  std::optional<std::string> input_file;  ///< after the urls; "-": standard input
  std::optional<std::string> output;      ///< wanted name instead of the URL's
  std::filesystem::path dir = ".";
  conflict_policy on_conflict = conflict_policy::rename;
};

/// The jobs of a run in list order, read piece by piece.
///
/// Names are planned here, so that their order is the list's. Memory does not grow with the list but for the names
/// given (about 20 bytes each).
/// Threads:      read() from one task at a time; its work is done by a thread.
/// Cancellation: of read() returns at once, even from a terminal that says nothing; the source is then at its end.
/// Errors:       boost::system::system_error when the list cannot be opened (from the constructor) or read.
class url_source {
 public:
  url_source(url_source_options options, offload& threads);
  url_source(const url_source&) = delete;
  url_source& operator=(const url_source&) = delete;
  ~url_source();

  /// At least one and at most `limit` jobs, as soon as there is one; none at the end.
  task<std::vector<job>> read(std::size_t limit);
  /// How many jobs there are, once the end of the list has been read, which may be long before they are all given.
  std::optional<std::uint64_t> total() const;

 private:
  struct state;
  std::shared_ptr<state> state_;  // shared with the thread that may be left behind in a read
  offload& threads_;
  std::optional<std::uint64_t> total_;
  bool ended_ = false;
};

/// `text` with "https://" in front when it has no scheme.
std::string with_scheme(std::string_view text);

/// What is under `path`, without following a symbolic link: a link counts as a file, as it can be replaced.
occupant look_at(const std::filesystem::path& path);

}  // namespace weft::get_app

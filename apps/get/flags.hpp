#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/option_table.hpp"
#include "get/name_plan.hpp"

namespace weft::get_app {

/// How a run shows what it does, as typed.
enum class progress_choice { automatic, bar, plain, none };

/// What to do instead of downloading.
enum class special_action { none, short_help, full_help, version, man_page, completion };

/// What was typed on the command line and nothing else: no defaults, no environment. See config for what it means.
struct flags {
  std::vector<std::string> urls;
  std::optional<std::string> input_file;
  std::optional<std::string> output;
  std::optional<std::string> dir;
  std::optional<conflict_policy> on_conflict;
  std::optional<std::uint64_t> jobs;
  std::optional<std::uint64_t> per_host;
  std::optional<std::uint64_t> retries;
  std::optional<std::chrono::nanoseconds> retry_delay;
  std::optional<std::chrono::nanoseconds> retry_max_time;
  bool retry_refused = false;
  std::optional<std::chrono::nanoseconds> connect_timeout;
  std::optional<std::chrono::nanoseconds> timeout;
  std::optional<std::chrono::nanoseconds> max_time;
  std::optional<std::uint64_t> speed_limit;
  std::optional<std::chrono::nanoseconds> speed_time;
  std::optional<std::uint64_t> max_redirects;
  std::vector<std::string> headers;
  std::optional<std::string> user_agent;
  std::optional<std::string> referer;
  std::vector<std::string> ca_files;
  bool compressed = false;
  bool json = false;
  bool quiet = false;
  std::size_t verbosity = 0;
  std::optional<progress_choice> progress;
  bool demo = false;
  special_action action = special_action::none;
  std::string shell;  ///< for special_action::completion
};

/// The program as its option table tells it.
const app::program_spec& program();

/// Reads the words of a command line, without the program's name.
/// Errors: app::usage_error.
flags parse_flags(std::vector<std::string> words);

}  // namespace weft::get_app

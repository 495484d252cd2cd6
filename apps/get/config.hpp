#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weft/http/client.hpp>

#include "get/failure.hpp"
#include "get/flags.hpp"
#include "get/name_plan.hpp"

namespace weft::get_app {

/// What is shown on standard error.
enum class display { bar, plain, errors, nothing };

/// When a failed attempt is worth another, and after what wait.
struct retry_policy {
  std::size_t retries = 5;
  std::chrono::nanoseconds delay = std::chrono::seconds(1);
  std::chrono::nanoseconds longest_delay = std::chrono::minutes(1);
  std::chrono::nanoseconds max_time = std::chrono::minutes(10);
  std::chrono::nanoseconds longest_retry_after = std::chrono::minutes(10);
  bool refused = false;
};

/// What a run does: the flags with every default and rule applied.
struct config {
  std::vector<std::string> urls;
  std::optional<std::string> input_file;  ///< "-": standard input
  std::optional<std::string> output;      ///< name in `dir` for a single URL; "-": standard output
  std::filesystem::path dir = ".";        ///< where files go; that of -o included
  conflict_policy on_conflict = conflict_policy::rename;
  std::size_t jobs = 32;
  std::size_t per_host = 6;
  retry_policy retry;
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  std::optional<std::chrono::nanoseconds> max_time;
  std::optional<http::slow_limit> slow = http::slow_limit{.bytes_per_second = 1024};  ///< a slower body is a stall
  std::size_t max_redirects = 20;
  std::vector<std::pair<std::string, std::string>> headers;
  conditions asked;  ///< by the headers
  std::string user_agent;
  std::vector<std::filesystem::path> ca_files;
  bool compressed = false;
  bool json = false;
  display show = display::plain;
  bool verbose = false;
  bool demo = false;

  bool to_stdout() const { return output == "-"; }
};

/// What the surroundings decide.
struct surroundings {
  bool screen_on_stderr = false;
  bool screen_on_stdout = false;
};

/// What `typed` means. Errors: app::usage_error when parts of it contradict one another.
config resolve(const flags& typed, surroundings around);

}  // namespace weft::get_app

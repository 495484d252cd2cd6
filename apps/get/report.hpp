#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/exit_code.hpp"

namespace weft::get_app {

enum class outcome { ok, skipped, failed };

/// How one download ended: a line of `--json` and what the last lines of a run are made of. Empty means unknown.
struct file_report {
  std::uint64_t number = 0;  ///< place in the list, from 1
  std::string url;           ///< as asked for, without user name and password
  std::string final_url;     ///< what was asked for last, after redirects
  outcome status = outcome::failed;
  app::exit_code code = app::exit_code::ok;
  std::string error;    ///< stable name of the cause: "http_404", "dns_nxdomain", "tls_expired"
  std::string message;  ///< the same for people, one line
  std::optional<unsigned> http_status;
  std::string path;         ///< of the file that is there; empty when it failed
  std::uint64_t bytes = 0;  ///< written to the file
  std::string content_type;
  std::string etag;
  std::string last_modified;
  std::uint32_t attempts = 0;
  std::chrono::system_clock::time_point started;
  // From the start of the first attempt; a connection that was used before has no look-up, connect and TLS of its own.
  std::optional<std::chrono::nanoseconds> resolved;
  std::optional<std::chrono::nanoseconds> connected;
  std::optional<std::chrono::nanoseconds> secured;
  std::optional<std::chrono::nanoseconds> first_byte;
  std::chrono::nanoseconds total{};
  std::string remote_ip;
  std::string tls;  ///< version; empty without
};

/// One JSON object without a line break, valid UTF-8 whatever the strings hold; keys with nothing to say are null.
/// Times are seconds: t_start since 1970, the others since t_start.
std::string json_line(const file_report& report);

/// "ok", "skipped", "failed".
std::string_view to_string(outcome status);

/// `url` without what stands in front of an '@' in its authority.
std::string without_credentials(std::string_view url);

}  // namespace weft::get_app

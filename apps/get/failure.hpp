#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/http/error.hpp>

#include "common/exit_code.hpp"

namespace weft::get_app {

/// Why a download, or one attempt at it, failed.
struct failure {
  app::exit_code code = app::exit_code::internal;
  std::string error;    ///< stable name, for reports
  std::string message;  ///< for people, one line, without the URL
  bool transient = false;
  bool refused = false;  ///< the connection was: transient only when the user says so
  std::optional<unsigned> http_status;
  std::optional<std::chrono::seconds> retry_after;
};

/// The failure behind an error of the HTTP client.
failure failure_of(const http::error& error);

/// What the user's own header fields ask for besides the whole file.
struct conditions {
  bool part = false;        ///< Range: a 206 brings what was asked for
  bool if_changed = false;  ///< If-None-Match, If-Modified-Since: a 304 says that there is nothing to bring
};

/// The conditions among header fields, names and values.
conditions conditions_of(std::span<const std::pair<std::string, std::string>> fields);

/// The failure that the answer `status` is; nothing when it brings what was asked for. 204, 205, and an unasked 206 or
/// 304 do not. `retry_after` is the value of that field, or empty.
std::optional<failure> failure_of_status(unsigned status, std::string_view retry_after, conditions asked = {});

/// A file that cannot be written; `what` names the action and the file.
failure file_failure(const std::string& what, const std::error_code& code);

}  // namespace weft::get_app

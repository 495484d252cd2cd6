#include "get/failure.hpp"

#include <cerrno>

#include <weft/base/text.hpp>
#include <weft/http/date.hpp>

#include "common/display_text.hpp"

namespace weft::get_app {
namespace {

using app::exit_code;

exit_code code_of(http::error_kind kind) {
  using enum http::error_kind;
  switch (kind) {
    case invalid_url:
    case invalid_request: return exit_code::usage;
    case tls_untrusted:
    case tls_expired:
    case tls_host_mismatch:
    case tls_handshake: return exit_code::tls;
    case protocol_error:
    case head_too_large:
    case redirect_limit: return exit_code::protocol;
    case status_error: return exit_code::server;
    case decode_failed:
    case decode_unsupported: return exit_code::integrity;
    case body_too_large:
    case decode_bomb: return exit_code::rejected;
    case address_blocked:
    case redirect_blocked: return exit_code::policy;
    default: return exit_code::network;
  }
}

std::string_view phrase_of(unsigned status) {
  switch (status) {
    case 204: return "no content";
    case 206: return "a part that was not asked for";
    case 304: return "not modified, though nothing was said to be there";
    case 400: return "bad request";
    case 401: return "login required";
    case 403: return "forbidden";
    case 404: return "not found";
    case 407: return "proxy login required";
    case 408: return "request timeout";
    case 410: return "gone";
    case 429: return "too many requests";
    case 500: return "internal server error";
    case 502: return "bad gateway";
    case 503: return "service unavailable";
    case 504: return "gateway timeout";
    default: return "";
  }
}

bool is_transient_status(unsigned status) {
  switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 522:
    case 524: return true;
    default: return false;
  }
}

exit_code code_of_status(unsigned status) {
  if (status == 401 || status == 407) return exit_code::auth;
  return status >= 400 ? exit_code::server : exit_code::protocol;
}

}  // namespace

failure failure_of(const http::error& error) {
  failure result;
  result.code = code_of(error.kind());
  result.error = http::to_string(error.kind());
  result.message = app::plain_message(error.detail());
  result.transient = error.retryable();
  result.refused = error.kind() == http::error_kind::connect_refused;
  return result;
}

conditions conditions_of(std::span<const std::pair<std::string, std::string>> fields) {
  conditions asked;
  for (const auto& [name, value] : fields) {
    if (iequals(name, "range")) asked.part = true;
    if (iequals(name, "if-none-match") || iequals(name, "if-modified-since")) asked.if_changed = true;
  }
  return asked;
}

std::optional<failure> failure_of_status(unsigned status, std::string_view retry_after, conditions asked) {
  const bool brings_file = status >= 200 && status < 300 && status != 204 && status != 205 && status != 206;
  const bool as_asked = (status == 206 && asked.part) || (status == 304 && asked.if_changed);
  if (brings_file || as_asked) return std::nullopt;
  failure result;
  result.code = code_of_status(status);
  result.error = "http_" + std::to_string(status);
  result.message = "the server answered " + std::to_string(status);
  if (const auto phrase = phrase_of(status); !phrase.empty()) result.message += " (" + std::string(phrase) + ")";
  result.transient = is_transient_status(status);
  result.http_status = status;
  if (!retry_after.empty()) result.retry_after = http::parse_retry_after(retry_after);
  return result;
}

failure file_failure(const std::string& what, const std::error_code& code) {
  failure result;
  result.code = code.value() == EEXIST ? exit_code::exists : exit_code::file;
  result.error = code.value() == EEXIST ? "file_exists" : code.value() == ENOSPC ? "disk_full" : "file_error";
  result.message = app::plain_message(what);
  return result;
}

}  // namespace weft::get_app

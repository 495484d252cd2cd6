#include <weft/http/error.hpp>

#include <weft/base/text.hpp>

namespace weft::http {
namespace {

std::string message(std::string_view url, std::string_view detail) {
  if (url.empty()) return std::string(detail);
  std::string text = escape(url);
  text += ": ";
  text += detail;
  return text;
}

}  // namespace

std::string_view to_string(error_kind kind) noexcept {
  switch (kind) {
    case error_kind::invalid_url: return "invalid_url";
    case error_kind::invalid_request: return "invalid_request";
    case error_kind::dns_nxdomain: return "dns_nxdomain";
    case error_kind::dns_temp: return "dns_temp";
    case error_kind::dns_failed: return "dns_failed";
    case error_kind::connect_refused: return "connect_refused";
    case error_kind::connect_unreachable: return "connect_unreachable";
    case error_kind::connect_failed: return "connect_failed";
    case error_kind::address_blocked: return "address_blocked";
    case error_kind::tls_untrusted: return "tls_untrusted";
    case error_kind::tls_expired: return "tls_expired";
    case error_kind::tls_host_mismatch: return "tls_host_mismatch";
    case error_kind::tls_handshake: return "tls_handshake";
    case error_kind::tls_truncated: return "tls_truncated";
    case error_kind::pool_timeout: return "pool_timeout";
    case error_kind::timeout_resolve: return "timeout_resolve";
    case error_kind::timeout_connect: return "timeout_connect";
    case error_kind::timeout_tls: return "timeout_tls";
    case error_kind::timeout_write: return "timeout_write";
    case error_kind::timeout_first_byte: return "timeout_first_byte";
    case error_kind::timeout_body: return "timeout_body";
    case error_kind::timeout_total: return "timeout_total";
    case error_kind::connection_reset: return "connection_reset";
    case error_kind::closed_before_response: return "closed_before_response";
    case error_kind::protocol_error: return "protocol_error";
    case error_kind::head_too_large: return "head_too_large";
    case error_kind::body_incomplete: return "body_incomplete";
    case error_kind::body_too_large: return "body_too_large";
    case error_kind::decode_failed: return "decode_failed";
    case error_kind::decode_unsupported: return "decode_unsupported";
    case error_kind::decode_bomb: return "decode_bomb";
    case error_kind::redirect_limit: return "redirect_limit";
    case error_kind::redirect_blocked: return "redirect_blocked";
    case error_kind::status_error: return "status_error";
    case error_kind::io_error: return "io_error";
  }
  return "unknown";
}

std::string_view to_string(error_phase phase) noexcept {
  switch (phase) {
    case error_phase::prepare: return "prepare";
    case error_phase::acquire: return "acquire";
    case error_phase::resolve: return "resolve";
    case error_phase::connect: return "connect";
    case error_phase::tls: return "tls";
    case error_phase::send: return "send";
    case error_phase::first_byte: return "first_byte";
    case error_phase::head: return "head";
    case error_phase::body: return "body";
    case error_phase::redirect: return "redirect";
  }
  return "unknown";
}

bool is_timeout(error_kind kind) noexcept {
  switch (kind) {
    case error_kind::pool_timeout:
    case error_kind::timeout_resolve:
    case error_kind::timeout_connect:
    case error_kind::timeout_tls:
    case error_kind::timeout_write:
    case error_kind::timeout_first_byte:
    case error_kind::timeout_body:
    case error_kind::timeout_total: return true;
    default: return false;
  }
}

bool is_transient(error_kind kind) noexcept {
  if (is_timeout(kind)) return kind != error_kind::timeout_total;
  switch (kind) {
    case error_kind::dns_temp:
    case error_kind::connect_refused:
    case error_kind::connect_unreachable:
    case error_kind::connect_failed:
    case error_kind::tls_truncated:
    case error_kind::connection_reset:
    case error_kind::closed_before_response:
    case error_kind::body_incomplete: return true;
    default: return false;
  }
}

error::error(error_kind kind, error_phase phase, const std::string& detail, boost::system::error_code code)
    : std::runtime_error(detail), kind_(kind), phase_(phase), code_(code), detail_(detail) {}

error::error(const error& other, std::string_view url, request_progress sent)
    : std::runtime_error(message(url, other.detail_)),
      kind_(other.kind_),
      phase_(other.phase_),
      request_sent_(sent),
      code_(other.code_),
      status_(other.status_),
      detail_(other.detail_),
      url_(url) {}

error error::with(std::string_view url, request_progress sent) const { return error(*this, url, sent); }

error error::with_status(int status) const {
  error result = *this;
  result.status_ = status;
  return result;
}

}  // namespace weft::http

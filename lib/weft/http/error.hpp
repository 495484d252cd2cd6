#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::http {

/// What went wrong. The names given by to_string() are stable: reports and scripts may depend on them.
enum class error_kind {
  invalid_url,
  invalid_request,
  dns_nxdomain,
  dns_temp,
  dns_failed,
  connect_refused,
  connect_unreachable,
  connect_failed,
  address_blocked,
  tls_untrusted,
  tls_expired,
  tls_host_mismatch,
  tls_handshake,
  tls_truncated,
  pool_timeout,
  timeout_resolve,
  timeout_connect,
  timeout_tls,
  timeout_write,
  timeout_first_byte,
  timeout_body,
  timeout_total,
  connection_reset,
  closed_before_response,
  protocol_error,
  head_too_large,
  body_incomplete,
  body_too_large,
  decode_failed,
  decode_unsupported,
  decode_bomb,
  redirect_limit,
  redirect_blocked,
  status_error,
  io_error,
};

/// Where in the exchange it went wrong.
enum class error_phase { prepare, acquire, resolve, connect, tls, send, first_byte, head, body, redirect };

/// How much of the request the peer can have seen.
enum class request_progress { none, partial, all };

[[nodiscard]] std::string_view to_string(error_kind kind) noexcept;
[[nodiscard]] std::string_view to_string(error_phase phase) noexcept;

/// One of the timeout kinds, pool_timeout included?
[[nodiscard]] bool is_timeout(error_kind kind) noexcept;
/// May the same request succeed when it is simply sent again later?
[[nodiscard]] bool is_transient(error_kind kind) noexcept;

/// A request that got no complete, valid answer. A 4xx or 5xx answer is not an error.
class error : public std::runtime_error {
 public:
  /// `detail` is a lower-case phrase; the message is "<detail>", or "<url>: <detail>" once the url is known.
  error(error_kind kind, error_phase phase, const std::string& detail, boost::system::error_code code = {});

  [[nodiscard]] error_kind kind() const noexcept { return kind_; }
  [[nodiscard]] error_phase phase() const noexcept { return phase_; }
  /// True for failures of the moment (timeouts, resets, refused connections), whatever the method was.
  [[nodiscard]] bool retryable() const noexcept { return is_transient(kind_); }
  [[nodiscard]] request_progress request_sent() const noexcept { return request_sent_; }
  /// The address that failed, without user name, password and fragment; empty when it could not be parsed.
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  /// The system's or a library's code behind this error, if there is one.
  [[nodiscard]] const boost::system::error_code& code() const noexcept { return code_; }
  /// Status of the answer behind this error: of a redirect that is not followed, or of raise_for_status().
  [[nodiscard]] const std::optional<int>& status() const noexcept { return status_; }
  /// The phrase without the address.
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

  /// The same error with what only the caller of the failing part knows.
  [[nodiscard]] error with(std::string_view url, request_progress sent) const;
  [[nodiscard]] error with_status(int status) const;

 private:
  error(const error& other, std::string_view url, request_progress sent);

  error_kind kind_;
  error_phase phase_;
  request_progress request_sent_ = request_progress::none;
  boost::system::error_code code_;
  std::optional<int> status_;
  std::string detail_;
  std::string url_;
};

}  // namespace weft::http

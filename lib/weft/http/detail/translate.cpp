#include <weft/http/detail/translate.hpp>

#include <weft/net/resolver.hpp>
#include <weft/tls/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

namespace weft::http::detail {
namespace {

using boost::system::error_code;
using boost::system::system_error;

/// As boost::system::system_error::what(), which repeats the code's message, but never without it.
std::string phrase(const char* doing, const error_code& code) { return std::string(doing) + ": " + code.message(); }

bool is_reset(const error_code& code) noexcept {
  if (code.category() != boost::system::system_category()) return false;
  return code.value() == ECONNRESET || code.value() == EPIPE || code.value() == ECONNABORTED ||
         code.value() == ENOTCONN;
}

error_kind tls_kind(tls::error_kind kind, error_kind truncated) noexcept {
  switch (kind) {
    case tls::error_kind::expired:
    case tls::error_kind::not_yet_valid: return error_kind::tls_expired;
    case tls::error_kind::self_signed:
    case tls::error_kind::unknown_issuer:
    case tls::error_kind::revoked:
    case tls::error_kind::untrusted: return error_kind::tls_untrusted;
    case tls::error_kind::host_mismatch: return error_kind::tls_host_mismatch;
    case tls::error_kind::truncated: return truncated;
    case tls::error_kind::alert:
    case tls::error_kind::not_tls:
    case tls::error_kind::protocol:
    case tls::error_kind::configuration: return error_kind::tls_handshake;
  }
  return error_kind::tls_handshake;
}

error_kind resolve_kind(const error_code& code) noexcept {
  if (code == net::resolve_errc::host_not_found) return error_kind::dns_nxdomain;
  if (code == net::resolve_errc::no_address) return error_kind::dns_nxdomain;
  if (code == net::resolve_errc::temporary_failure) return error_kind::dns_temp;
  if (code == boost::asio::error::timed_out) return error_kind::timeout_resolve;
  return error_kind::dns_failed;
}

error_kind connect_kind(const error_code& code) noexcept {
  if (code == boost::asio::error::connection_refused) return error_kind::connect_refused;
  if (code == boost::asio::error::timed_out) return error_kind::timeout_connect;
  if (code == boost::asio::error::network_unreachable || code == boost::asio::error::host_unreachable) {
    return error_kind::connect_unreachable;
  }
  return error_kind::connect_failed;
}

}  // namespace

error translate_stream_error(const std::exception_ptr& thrown, error_phase phase, bool answered) {
  const error_kind closed = answered ? error_kind::connection_reset : error_kind::closed_before_response;
  try {
    std::rethrow_exception(thrown);
  } catch (const tls::error& e) {
    const error_kind cut = phase == error_phase::body ? error_kind::tls_truncated : closed;
    if (e.kind() == tls::error_kind::alert || e.kind() == tls::error_kind::protocol) {
      return {error_kind::protocol_error, phase, e.what()};
    }
    return {tls_kind(e.kind(), cut), phase, e.what()};
  } catch (const system_error& e) {
    if (e.code() == boost::asio::error::eof) return {closed, phase, "connection closed", e.code()};
    if (is_reset(e.code())) return {error_kind::connection_reset, phase, phrase("connection lost", e.code()), e.code()};
    return {error_kind::io_error, phase, phrase("connection failed", e.code()), e.code()};
  }
}

error translate_resolve_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const system_error& e) {
    return {resolve_kind(e.code()), error_phase::resolve, e.what(), e.code()};
  }
}

error translate_connect_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const system_error& e) {
    return {connect_kind(e.code()), error_phase::connect, e.what(), e.code()};
  }
}

error translate_handshake_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const tls::error& e) {
    return {tls_kind(e.kind(), error_kind::connection_reset), error_phase::tls, e.what()};
  } catch (const system_error& e) {
    const error_kind kind =
        is_reset(e.code()) || e.code() == boost::asio::error::eof ? error_kind::connection_reset : error_kind::io_error;
    return {kind, error_phase::tls, phrase("TLS handshake failed", e.code()), e.code()};
  }
}

}  // namespace weft::http::detail

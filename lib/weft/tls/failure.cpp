#include <weft/tls/openssl.hpp>

#include <boost/system/system_error.hpp>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace weft::tls {

namespace {

error_kind verification_kind(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return error_kind::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return error_kind::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return error_kind::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return error_kind::unknown_issuer;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return error_kind::host_mismatch;
    case X509_V_ERR_CERT_REVOKED: return error_kind::revoked;
    default: return error_kind::untrusted;
  }
}

error_kind protocol_kind(int reason) {
  constexpr int alerts = 256;
  if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + alerts) return error_kind::alert;
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_TOO_SMALL: return error_kind::not_tls;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: return error_kind::truncated;
    default: return error_kind::protocol;
  }
}

const char* text_of(error_kind kind) {
  switch (kind) {
    case error_kind::not_tls: return "the peer does not speak TLS";
    case error_kind::truncated: return "the connection ended without TLS's end";
    default: return nullptr;
  }
}

}  // namespace

std::string take_openssl_reason() {
  // "No such file" is reported first and then buried under "system lib".
  unsigned long code = 0;
  while (const unsigned long next = ::ERR_get_error()) {
    if (!ERR_SYSTEM_ERROR(code)) code = next;
  }
  if (code == 0) return "unknown error";
  if (ERR_SYSTEM_ERROR(code))
    return boost::system::error_code(ERR_GET_REASON(code), boost::system::system_category()).message();
  const char* reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
}

void throw_configuration(const std::string& what) {
  throw error(error_kind::configuration, what + ": " + take_openssl_reason());
}

void throw_ssl_failure(SSL* ssl, int ssl_error, int system_error, const std::string& doing) {
  if (ssl_error == SSL_ERROR_SYSCALL && system_error != 0) {
    ::ERR_clear_error();
    throw boost::system::system_error(boost::system::error_code(system_error, boost::system::system_category()), doing);
  }
  if (ssl_error == SSL_ERROR_SYSCALL || ssl_error == SSL_ERROR_ZERO_RETURN) {
    ::ERR_clear_error();
    throw error(error_kind::truncated, doing + ": " + text_of(error_kind::truncated));
  }
  const long verified = ::SSL_get_verify_result(ssl);
  const int reason = ERR_GET_REASON(::ERR_peek_last_error());
  if (verified != X509_V_OK && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    ::ERR_clear_error();
    throw error(verification_kind(verified), doing + ": " + ::X509_verify_cert_error_string(verified));
  }
  const error_kind kind = protocol_kind(reason);
  const std::string told = take_openssl_reason();
  const char* own = text_of(kind);
  throw error(kind, doing + ": " + (own != nullptr ? own : told));
}

}  // namespace weft::tls

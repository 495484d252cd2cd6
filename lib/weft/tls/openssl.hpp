#pragma once

#include <weft/tls/error.hpp>

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// Owners of OpenSSL's objects, and its error queue. Private to tls/.
namespace weft::tls {

struct openssl_free {
  void operator()(SSL_CTX* object) const noexcept { ::SSL_CTX_free(object); }
  void operator()(SSL* object) const noexcept { ::SSL_free(object); }
  void operator()(SSL_SESSION* object) const noexcept { ::SSL_SESSION_free(object); }
  void operator()(X509* object) const noexcept { ::X509_free(object); }
  void operator()(X509_CRL* object) const noexcept { ::X509_CRL_free(object); }
  void operator()(BIO* object) const noexcept { ::BIO_free_all(object); }
};

template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_free>;

/// The reason on this thread's error queue, which is emptied: a failure of the system if there is one, else the newest;
/// "unknown error" when it was empty.
[[nodiscard]] std::string take_openssl_reason();

/// Throws error_kind::configuration: "what: reason", emptying the error queue.
[[noreturn]] void throw_configuration(const std::string& what);

/// What an operation on `ssl` that ended with `ssl_error` (SSL_get_error) and `system_error` (errno) means.
///
/// Throws tls::error, or boost::system::system_error for a failure of the socket. `doing` begins the message: "TLS
/// handshake with 'a.example'".
[[noreturn]] void throw_ssl_failure(SSL* ssl, int ssl_error, int system_error, const std::string& doing);

}  // namespace weft::tls

#pragma once

#include <stdexcept>
#include <string>

namespace weft::tls {

/// What went wrong, as far as a program can act on it.
enum class error_kind {
  expired,         ///< a certificate of the chain is no longer valid
  not_yet_valid,   ///< a certificate of the chain is not valid yet
  self_signed,     ///< the peer's certificate is its own issuer and not trusted
  unknown_issuer,  ///< the chain does not end at a trusted certificate
  host_mismatch,   ///< the certificate is for other names or addresses
  revoked,         ///< a certificate of the chain is on a revocation list
  untrusted,       ///< the chain is refused for another reason; what() says which
  alert,           ///< the peer refused the handshake or ended it with an alert
  not_tls,         ///< the peer does not speak TLS
  truncated,       ///< the TCP stream ended without TLS's end: data may be missing
  protocol,        ///< the peer broke the protocol, or there is no common version or cipher
  configuration    ///< a certificate, key or CA file of this side cannot be used
};

/// A failure of TLS; failures of the TCP stream beneath it stay boost::system::system_error.
class error : public std::runtime_error {
 public:
  error(error_kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  [[nodiscard]] error_kind kind() const noexcept { return kind_; }

  /// Whether the peer's certificate was the reason.
  [[nodiscard]] bool is_verification() const noexcept { return kind_ <= error_kind::untrusted; }

 private:
  error_kind kind_;
};

}  // namespace weft::tls

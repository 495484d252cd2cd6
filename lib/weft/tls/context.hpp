#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;

namespace weft::tls {

/// Which certificates are trusted besides those that were added.
enum class system_roots { trusted, ignored };

struct certificate_files {
  std::filesystem::path chain;  ///< PEM, the own certificate first
  std::filesystem::path key;    ///< PEM, not encrypted
};

struct context_options {
  system_roots roots = system_roots::trusted;
  std::vector<std::filesystem::path> ca_files;   ///< PEM, trusted
  std::vector<std::filesystem::path> crl_files;  ///< PEM; when there is one, every certificate of a chain is checked
  std::optional<certificate_files> certificate;  ///< what a client shows when asked
  std::vector<std::string> alpn = {"http/1.1"};
  std::size_t session_cache = 1024;  ///< hosts whose sessions are kept for resumption
};

struct server_context_options {
  certificate_files certificate;
  std::vector<std::string> alpn = {"http/1.1"};
  /// PEM; when there is one, clients must show a certificate that these signed.
  std::vector<std::filesystem::path> client_ca_files;
};

/// The settings of many TLS connections: what is trusted, what is shown, which sessions can be resumed.
///
/// TLS 1.2 and 1.3 only; no compression, renegotiation or early data. A client context verifies the peer's chain and
/// name always; there is no way to switch that off. System roots are those of OpenSSL's default paths, or of
/// SSL_CERT_FILE and SSL_CERT_DIR, and are read at the first connection.
///
/// Ownership: copies share the same settings and sessions.
/// Threads:   connections may be made from any thread; add_ca_file() only before the first.
/// Errors:    tls::error with error_kind::configuration that names the file.
/// Cost:      about half a millisecond, and milliseconds for the first one of a process, which starts OpenSSL; so
///            make few. Copies cost a reference count.
class context {
 public:
  /// A client's.
  explicit context(context_options options = {});

  /// A server's.
  explicit context(const server_context_options& options);

  /// The client context of this process, with the system's roots.
  [[nodiscard]] static context& shared();

  /// Trusts the certificates of a PEM file too.
  void add_ca_file(const std::filesystem::path& file);

  /// Trusts the certificates of a PEM text too.
  void add_ca_pem(std::string_view text);

  /// Two contexts compare equal when they share settings and sessions.
  friend bool operator==(const context&, const context&) = default;

 private:
  friend struct context_access;
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace weft::tls

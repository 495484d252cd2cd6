#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

// Certificates made when a test needs them.
namespace certificates {

struct pkey_free {
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};
struct x509_free {
  void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
};

/// A certificate and its key, in memory and as PEM files that live as long as this object.
struct identity {
  std::unique_ptr<EVP_PKEY, pkey_free> key;
  std::unique_ptr<X509, x509_free> certificate;
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
};

struct request {
  std::string common_name = {};  ///< empty: one of its own
  /// "DNS:a.test" or "IP:127.0.0.1"; a NUL may be part of a name.
  std::vector<std::string> names = {};
  bool is_ca = false;
  std::string extended_usage = {};  ///< "clientAuth"; empty: none
  std::chrono::seconds valid_from = std::chrono::hours(-1);
  std::chrono::seconds valid_until = std::chrono::hours(24);
};

/// A folder for the files of one test, removed at its end.
class folder {
 public:
  folder();
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder();

  /// A new key pair and its certificate, signed by `issuer` or, without one, by itself.
  [[nodiscard]] identity make(const request& what, const identity* issuer = nullptr);

  /// A revocation list of `issuer` that names `revoked`.
  [[nodiscard]] std::filesystem::path revoke(const identity& issuer, const identity& revoked);

  /// A file of the certificates, one behind the other.
  [[nodiscard]] std::filesystem::path chain(const std::vector<const identity*>& certificates);

  [[nodiscard]] std::filesystem::path write(const std::string& name, const std::string& text);

 private:
  std::filesystem::path path_;
  long serial_ = 1;
};

}  // namespace certificates

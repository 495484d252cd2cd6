#include "certificates.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace certificates {

namespace {

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("cannot make a test certificate: ") + what);
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = ::X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  check(extension != nullptr && ::X509_add_ext(to, extension, -1) == 1, value.c_str());
  ::X509_EXTENSION_free(extension);
}

/// By hand, because a name with a NUL cannot be told to OpenSSL's text form.
void add_names(X509* to, const std::vector<std::string>& names) {
  GENERAL_NAMES* const all = ::GENERAL_NAMES_new();
  for (const auto& name : names) {
    GENERAL_NAME* one = nullptr;
    if (name.starts_with("IP:")) {
      one = ::a2i_GENERAL_NAME(nullptr, nullptr, nullptr, GEN_IPADD, name.c_str() + 3, 0);
    } else {
      const std::string dns = name.substr(4);
      ASN1_IA5STRING* const text = ::ASN1_IA5STRING_new();
      ::ASN1_STRING_set(text, dns.data(), static_cast<int>(dns.size()));
      one = ::GENERAL_NAME_new();
      ::GENERAL_NAME_set0_value(one, GEN_DNS, text);
    }
    check(one != nullptr, name.c_str());
    sk_GENERAL_NAME_push(all, one);
  }
  check(::X509_add1_ext_i2d(to, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) == 1, "names");
  ::GENERAL_NAMES_free(all);
}

void write_pem(const std::filesystem::path& file, X509* certificate) {
  BIO* const out = ::BIO_new_file(file.c_str(), "w");
  check(out != nullptr && ::PEM_write_bio_X509(out, certificate) == 1, file.c_str());
  ::BIO_free(out);
}

void write_pem(const std::filesystem::path& file, EVP_PKEY* key) {
  BIO* const out = ::BIO_new_file(file.c_str(), "w");
  check(out != nullptr && ::PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        file.c_str());
  ::BIO_free(out);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

folder::folder() {
  std::string name = (std::filesystem::temp_directory_path() / "weft-tls-XXXXXX").string();
  check(::mkdtemp(name.data()) != nullptr, "folder");
  path_ = name;
}

folder::~folder() {
  std::error_code left_behind;
  std::filesystem::remove_all(path_, left_behind);
}

identity folder::make(const request& what, const identity* issuer) {
  identity made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(::X509_new());
  X509* const certificate = made.certificate.get();
  ::X509_set_version(certificate, X509_VERSION_3);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), serial_);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), what.valid_from.count());
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), what.valid_until.count());
  ::X509_set_pubkey(certificate, made.key.get());
  static int count = 0;
  const std::string name = what.common_name.empty() ? "test " + std::to_string(++count) : what.common_name;
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME* const subject = ::X509_get_subject_name(certificate);
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0);
  X509* const signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  ::X509_set_issuer_name(certificate, ::X509_get_subject_name(signer));
  add_extension(certificate, signer, NID_basic_constraints, what.is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (what.is_ca) add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!what.extended_usage.empty()) add_extension(certificate, signer, NID_ext_key_usage, what.extended_usage);
  if (!what.names.empty()) add_names(certificate, what.names);
  EVP_PKEY* const signing_key = issuer != nullptr ? issuer->key.get() : made.key.get();
  check(::X509_sign(certificate, signing_key, ::EVP_sha256()) != 0, "signature");
  made.certificate_file = path_ / (std::to_string(serial_) + ".pem");
  made.key_file = path_ / (std::to_string(serial_) + ".key");
  ++serial_;
  write_pem(made.certificate_file, certificate);
  write_pem(made.key_file, made.key.get());
  return made;
}

std::filesystem::path folder::revoke(const identity& issuer, const identity& revoked) {
  X509_CRL* const list = ::X509_CRL_new();
  ::X509_CRL_set_version(list, X509_CRL_VERSION_2);
  ::X509_CRL_set_issuer_name(list, ::X509_get_subject_name(issuer.certificate.get()));
  ASN1_TIME* const moment = ::X509_gmtime_adj(nullptr, -60);
  ::X509_CRL_set1_lastUpdate(list, moment);
  X509_REVOKED* const entry = ::X509_REVOKED_new();
  ::X509_REVOKED_set_serialNumber(entry, ::X509_get_serialNumber(revoked.certificate.get()));
  ::X509_REVOKED_set_revocationDate(entry, moment);
  ::X509_CRL_add0_revoked(list, entry);
  ::X509_gmtime_adj(moment, 3600);
  ::X509_CRL_set1_nextUpdate(list, moment);
  ::ASN1_TIME_free(moment);
  check(::X509_CRL_sign(list, issuer.key.get(), ::EVP_sha256()) != 0, "revocation list");
  const auto file = path_ / "revoked.pem";
  BIO* const out = ::BIO_new_file(file.c_str(), "w");
  check(out != nullptr && ::PEM_write_bio_X509_CRL(out, list) == 1, "revocation list");
  ::BIO_free(out);
  ::X509_CRL_free(list);
  return file;
}

std::filesystem::path folder::chain(const std::vector<const identity*>& certificates) {
  const auto file = path_ / (std::to_string(serial_++) + "-chain.pem");
  std::ofstream out(file);
  for (const auto* one : certificates) out << std::ifstream(one->certificate_file).rdbuf();
  return file;
}

std::filesystem::path folder::write(const std::string& name, const std::string& text) {
  const auto file = path_ / name;
  std::ofstream(file) << text;
  return file;
}

}  // namespace certificates

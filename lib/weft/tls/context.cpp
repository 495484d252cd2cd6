#include <weft/tls/context_state.hpp>

#include <weft/core/logger.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <spdlog/logger.h>

#include <climits>
#include <stdexcept>

namespace weft::tls {

namespace {

/// Several records a read, without the memory of many.
constexpr std::size_t read_buffer_size = 64 * 1024;

std::string quoted(const std::filesystem::path& file) { return "'" + file.string() + "'"; }

std::string alpn_wire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const auto& protocol : protocols) {
    if (protocol.empty() || protocol.size() > UCHAR_MAX)
      throw std::invalid_argument("ALPN protocol name of 0 or more than 255 bytes");
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

openssl_ptr<SSL_CTX> make_native(const SSL_METHOD* method) {
  ::ERR_clear_error();
  openssl_ptr<SSL_CTX> native(::SSL_CTX_new(method));
  if (!native) throw_configuration("cannot set up TLS");
  ::SSL_CTX_set_min_proto_version(native.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(native.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  ::SSL_CTX_set_mode(native.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_set_read_ahead(native.get(), 1);
  ::SSL_CTX_set_default_read_buffer_len(native.get(), read_buffer_size);
  // An encrypted key is an error: nobody is there to be asked for its password.
  ::SSL_CTX_set_default_passwd_cb(native.get(), [](char*, int, int, void*) { return -1; });
  return native;
}

void use_certificate(SSL_CTX* native, const certificate_files& files) {
  ::ERR_clear_error();
  if (::SSL_CTX_use_certificate_chain_file(native, files.chain.c_str()) != 1) {
    throw_configuration("cannot use certificate " + quoted(files.chain));
  }
  if (::SSL_CTX_use_PrivateKey_file(native, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw_configuration("cannot use key " + quoted(files.key));
  }
  if (::SSL_CTX_check_private_key(native) != 1) {
    throw_configuration("key " + quoted(files.key) + " does not belong to certificate " + quoted(files.chain));
  }
  std::error_code unreadable;
  const auto mode = std::filesystem::status(files.key, unreadable).permissions();
  constexpr auto too_open = std::filesystem::perms::others_all | std::filesystem::perms::group_write;
  if (!unreadable && (mode & too_open) != std::filesystem::perms::none) {
    logger()->warn("key {} can be read or changed by other users", quoted(files.key));
  }
}

void trust_file(SSL_CTX* native, const std::filesystem::path& file) {
  ::ERR_clear_error();
  if (::SSL_CTX_load_verify_file(native, file.c_str()) != 1) throw_configuration("cannot read CA file " + quoted(file));
}

void use_crl_file(SSL_CTX* native, const std::filesystem::path& file) {
  ::ERR_clear_error();
  X509_STORE* const store = ::SSL_CTX_get_cert_store(native);
  X509_LOOKUP* const lookup = ::X509_STORE_add_lookup(store, ::X509_LOOKUP_file());
  if (lookup == nullptr || ::X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) < 1) {
    throw_configuration("cannot read revocation list " + quoted(file));
  }
  ::X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  const auto* owner = static_cast<session_owner*>(::SSL_get_ex_data(ssl, session_owner_index()));
  if (owner == nullptr || owner->cache == nullptr) return 0;
  owner->cache->put(owner->peer, openssl_ptr<SSL_SESSION>(session));
  return 1;
}

/// RFC 7301 section 3.2: our preference decides; no common protocol is a fatal alert.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void* data) {
  const auto& own = *static_cast<const std::string*>(data);
  if (own.empty() || size == 0) return SSL_TLSEXT_ERR_NOACK;
  unsigned char* match = nullptr;
  if (::SSL_select_next_proto(&match, length, bytes_of(own), static_cast<unsigned int>(own.size()), offered, size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

int session_owner_index() {
  static const int index = ::SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

openssl_ptr<SSL> context::state::make_connection() {
  std::call_once(roots_loaded, [this] {
    if (roots == system_roots::ignored) return;
    ::ERR_clear_error();
    if (::SSL_CTX_set_default_verify_paths(native.get()) != 1)
      throw_configuration("cannot read the system's CA certificates");
  });
  ::ERR_clear_error();
  openssl_ptr<SSL> connection(::SSL_new(native.get()));
  if (!connection) throw_configuration("cannot set up a TLS connection");
  return connection;
}

context::context(context_options options) : state_(std::make_shared<state>(options.session_cache)) {
  state_->native = make_native(::TLS_client_method());
  state_->alpn = alpn_wire(options.alpn);
  state_->roots = options.roots;
  SSL_CTX* const native = state_->native.get();
  ::SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  const auto& alpn = state_->alpn;
  if (!alpn.empty() && ::SSL_CTX_set_alpn_protos(native, bytes_of(alpn), static_cast<unsigned int>(alpn.size())) != 0) {
    throw_configuration("cannot set ALPN");
  }
  ::SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  ::SSL_CTX_sess_set_new_cb(native, keep_session);
  for (const auto& file : options.ca_files) trust_file(native, file);
  for (const auto& file : options.crl_files) use_crl_file(native, file);
  if (options.certificate) use_certificate(native, *options.certificate);
}

context::context(const server_context_options& options) : state_(std::make_shared<state>(0)) {
  state_->native = make_native(::TLS_server_method());
  state_->alpn = alpn_wire(options.alpn);
  SSL_CTX* const native = state_->native.get();
  use_certificate(native, options.certificate);
  ::SSL_CTX_set_alpn_select_cb(native, choose_protocol, &state_->alpn);
  // Sessions live in the tickets that clients keep, not in this process.
  ::SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  constexpr std::string_view session_context = "weft";
  ::SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(session_context.data()),
                                   session_context.size());
  if (options.client_ca_files.empty()) return;
  STACK_OF(X509_NAME)* const names = sk_X509_NAME_new_null();
  ::SSL_CTX_set_client_CA_list(native, names);
  for (const auto& file : options.client_ca_files) {
    trust_file(native, file);
    ::SSL_add_file_cert_subjects_to_stack(names, file.c_str());
  }
  ::SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

context& context::shared() {
  static context one{context_options{}};
  return one;
}

void context::add_ca_file(const std::filesystem::path& file) {
  trust_file(state_->native.get(), file);
  state_->sessions.clear();
}

void context::add_ca_pem(std::string_view text) {
  ::ERR_clear_error();
  const openssl_ptr<BIO> source(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  X509_STORE* const store = ::SSL_CTX_get_cert_store(state_->native.get());
  std::size_t count = 0;
  while (const openssl_ptr<X509> certificate{::PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)}) {
    if (::X509_STORE_add_cert(store, certificate.get()) != 1) throw_configuration("cannot use CA certificate");
    ++count;
  }
  if (count == 0) throw_configuration("cannot read CA certificates");
  ::ERR_clear_error();
  state_->sessions.clear();
}

}  // namespace weft::tls

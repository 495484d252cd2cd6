#pragma once

#include <weft/tls/context.hpp>
#include <weft/tls/openssl.hpp>
#include <weft/tls/session_cache.hpp>

#include <mutex>
#include <string>

namespace weft::tls {

/// What the copies of a context share. Private to tls/.
struct context::state {
  explicit state(std::size_t sessions_kept) : sessions(sessions_kept) {}

  openssl_ptr<SSL_CTX> native;
  session_cache sessions;
  std::string alpn;  ///< length-prefixed, as on the wire
  system_roots roots = system_roots::ignored;
  std::once_flag roots_loaded;

  /// A connection object with these settings; reads the system's roots first where they are trusted.
  [[nodiscard]] openssl_ptr<SSL> make_connection();
};

/// The way from a context to its state, for tls/'s own sources.
struct context_access {
  using state = context::state;
  [[nodiscard]] static state& of(const context& from) noexcept { return *from.state_; }
};

/// The connection's own session callback puts sessions under this name; null for a server's connection.
struct session_owner {
  session_cache* cache = nullptr;
  std::string peer;
};

/// Index of the session_owner* in an SSL's application data.
[[nodiscard]] int session_owner_index();

}  // namespace weft::tls

#pragma once

#include <weft/tls/openssl.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace weft::tls {

/// TLS sessions by peer, the least recently used peers dropped first. Private to tls/.
///
/// A TLS 1.3 session is given out once (RFC 8446 appendix C.4), a TLS 1.2 session any number of times.
/// Threads: any.
class session_cache {
 public:
  explicit session_cache(std::size_t max_peers) : max_peers_(max_peers) {}

  void put(const std::string& peer, openssl_ptr<SSL_SESSION> session);

  /// The newest session that has not expired; null when there is none.
  [[nodiscard]] openssl_ptr<SSL_SESSION> take(const std::string& peer);

  void clear();

 private:
  struct entry {
    std::deque<openssl_ptr<SSL_SESSION>> sessions;  ///< oldest first
    std::list<std::string>::iterator used;
  };

  std::size_t max_peers_;
  std::mutex mutex_;
  std::list<std::string> recent_;  ///< peers, most recently used first
  std::unordered_map<std::string, entry> entries_;
};

}  // namespace weft::tls

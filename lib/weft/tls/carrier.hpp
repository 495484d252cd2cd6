#pragma once

#include <weft/core/task.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/tls/openssl.hpp>
#include <weft/tls/transport.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace weft::tls {

/// What the bytes of a TLS connection go over: a TCP socket, on whose descriptor OpenSSL works itself, or any transport,
/// for which records are carried between it and OpenSSL's memory. Private to tls/.
///
/// Lifetime: must not be moved once it is attached.
class carrier {
 public:
  explicit carrier(net::tcp_socket socket);
  explicit carrier(std::unique_ptr<transport> beneath);
  carrier(const carrier&) = delete;
  carrier& operator=(const carrier&) = delete;

  /// Has `ssl` read and write here.
  void attach(SSL* ssl);

  /// The socket; null over a transport.
  [[nodiscard]] net::tcp_socket* socket() noexcept { return socket_ ? &*socket_ : nullptr; }

  // Over a transport only.
  /// Reads from the transport for OpenSSL, once. May be awaited beside the next.
  task<> receive();
  /// Whether OpenSSL has written what is still to be sent.
  [[nodiscard]] bool has_output() const noexcept;
  task<> send_output();
  /// The same where no one else is sending; a peer that cannot be told any more is no error.
  task<> send_alert();

  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept;

 private:
  std::optional<net::tcp_socket> socket_;
  std::unique_ptr<transport> beneath_;  // null exactly where there is a socket
  BIO* in_ = nullptr;                   // the SSL's own
  BIO* out_ = nullptr;
  mutex reading_;
  mutex sending_;
  std::vector<std::byte> received_;
  unsigned receptions_ = 0;
  bool send_cut_short_ = false;  // or still going on: a record may be half sent
};

}  // namespace weft::tls

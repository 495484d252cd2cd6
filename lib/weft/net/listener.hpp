#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string_view>
#include <weft/core/task.hpp>
#include <weft/net/address.hpp>
#include <weft/net/port_sharing.hpp>
#include <weft/net/tcp_socket.hpp>

namespace weft::net {

struct listen_options {
  int backlog = 4096;
  port_sharing sharing = port_sharing::exclusive;
};

/// A TCP socket that takes connections.
///
/// Ownership:    owns the descriptor; move-only.
/// Lifetime:     must not be moved or destroyed while accept() is awaited.
/// Threads:      confined to its loop.
/// Cancellation: of accept() takes no connection.
class listener {
 public:
  using asio_acceptor =
      boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  explicit listener(asio_acceptor acceptor) noexcept : acceptor_(std::move(acceptor)) {}

  listener(listener&&) noexcept = default;
  listener& operator=(listener&&) noexcept = default;
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() = default;

  /// Waits for a connection; TCP_NODELAY is set on it.
  ///
  /// A connection that its peer gave up before is passed over. While the process or the system is out of descriptors
  /// or memory it waits, for up to a second between attempts, and goes on; other failures throw system_error.
  task<tcp_socket> accept();
  /// The same, also storing the peer's address.
  task<tcp_socket> accept(tcp_endpoint& peer);

  [[nodiscard]] tcp_endpoint local_endpoint() const { return acceptor_.local_endpoint(); }
  [[nodiscard]] std::uint16_t port() const { return local_endpoint().port(); }
  [[nodiscard]] port_sharing sharing() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return acceptor_.is_open(); }

  /// No more connections; an accept() still awaited ends with boost::asio::error::operation_aborted. Idempotent.
  void close() noexcept;

 private:
  asio_acceptor acceptor_;
};

/// Listens on an address ("127.0.0.1", "::1", "localhost"; "" or "*" for all of both families); port 0 lets the system
/// choose. Never suspends. Throws system_error "cannot listen on 'host:port'".
[[nodiscard]] listener listen(std::string_view host, std::uint16_t port, listen_options options = {});

/// The same on an address that is known already.
[[nodiscard]] listener listen(const tcp_endpoint& at, listen_options options = {});

}  // namespace weft::net

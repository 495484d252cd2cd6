#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/serve.hpp>
#include <weft/tls/context.hpp>
#include <weft/tls/stream.hpp>
#include <weft/tls/transport.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weft::tls {

struct connect_options {
  net::connect_options net;
  /// None means context::shared().
  std::optional<context> tls;
  std::optional<duration> handshake_timeout = std::chrono::seconds(10);
};

/// Connects to a host and verifies that the peer is that host.
///
/// Throws what net::connect() throws, tls::error, and boost::asio::error::timed_out for a handshake that takes too
/// long.
task<stream> connect(std::string host, std::string service, connect_options options = {});
task<stream> connect(std::string host, std::uint16_t port, connect_options options = {});

/// The client's handshake on a connected socket. `host` is what the certificate must be for: a name (also sent as SNI)
/// or an IP address. The session of an earlier connection to the same `host` and remote port is resumed if there is
/// one.
task<stream> client_handshake(net::tcp_socket socket, std::string host, context tls);

/// The server's handshake on an accepted socket.
task<stream> server_handshake(net::tcp_socket socket, context tls);

/// The handshakes over any stream of bytes, which is taken over: make_transport(stream) makes a transport of a Unix socket, a
/// testkit::memory_stream, another TLS stream. Sessions are resumed by `host` alone. Only shutdown() tells the peer
/// that the stream has ended; close() cannot without waiting.
task<stream> client_handshake_over(std::unique_ptr<transport> beneath, std::string host, context tls);
task<stream> server_handshake_over(std::unique_ptr<transport> beneath, context tls);

struct serve_options {
  net::serve_options net;
  duration handshake_timeout = std::chrono::seconds(10);
};

using connection_handler = std::function<task<>(stream)>;

/// net::serve() with a handshake before the handler; a connection whose handshake fails is logged and dropped.
task<> serve(net::listener source, context tls, connection_handler handler, serve_options options = {});

}  // namespace weft::tls

#include <weft/tls/connect.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/core/logger.hpp>
#include <weft/net/address.hpp>
#include <weft/tls/stream_state.hpp>

#include <spdlog/logger.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>

namespace weft::tls {

namespace {

using state = handshake_access::state;

/// The name as RFC 6066 section 3 wants it, in lower case and without a trailing dot; an address in its usual form,
/// without brackets, so that "[::1]" and "::1" are one peer.
std::string reference_name(std::string host) {
  if (const auto address = net::parse_address(host)) return address->to_string();
  if (host.ends_with('.')) host.pop_back();
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return host;
}

/// RFC 9525: names match SAN dNSNames, whole labels for a wildcard; addresses match SAN iPAddresses; the subject is
/// never looked at.
void demand_identity(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* const parameters = ::SSL_get0_param(ssl);
  ::X509_VERIFY_PARAM_set_hostflags(parameters,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  bool accepted = false;
  if (net::parse_address(name)) {
    accepted = ::X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
  } else {
    // A NUL would make OpenSSL compare less than was asked for, and an empty name nothing at all.
    accepted = !name.empty() && name.find('\0') == std::string::npos &&
               ::X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) == 1 &&
               SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
  }
  if (!accepted) throw error(error_kind::host_mismatch, "'" + name + "' is not a name that a certificate could be for");
}

/// For messages, also of a peer that is gone already.
std::string name_of_peer(net::tcp_socket& socket) {
  boost::system::error_code gone;
  const auto peer = socket.asio().remote_endpoint(gone);
  return gone ? "a client" : net::to_string(peer);
}

std::uint16_t remote_port(const net::tcp_socket& socket) { return socket.remote_endpoint().port(); }

task<stream> shake_hands(std::unique_ptr<state> made) {
  auto handshake = [](SSL* ssl) { return ::SSL_do_handshake(ssl); };
  const bool open = co_await made->complete(handshake);
  if (!open) {
    throw error(error_kind::truncated, made->label + ": the peer closed during the handshake");
  }
  co_return handshake_access::make(std::move(made));
}

/// `peer` is what sessions are kept under.
task<stream> connect_as_client(std::unique_ptr<state> made, std::string name, std::string peer) {
  SSL* const ssl = made->ssl.get();
  demand_identity(ssl, name);
  auto& sessions = context_access::of(made->settings).sessions;
  made->owner = {&sessions, peer};
  if (const auto session = sessions.take(peer)) ::SSL_set_session(ssl, session.get());
  ::SSL_set_connect_state(ssl);
  co_return co_await shake_hands(std::move(made));
}

task<stream> accept_as_server(std::unique_ptr<state> made) {
  ::SSL_set_accept_state(made->ssl.get());
  co_return co_await shake_hands(std::move(made));
}

}  // namespace

task<stream> client_handshake(net::tcp_socket socket, std::string host, context tls) {
  const std::string name = reference_name(std::move(host));
  std::string peer = name + ":" + std::to_string(remote_port(socket));
  auto made = std::make_unique<state>(std::move(socket), std::move(tls), name);
  co_return co_await connect_as_client(std::move(made), name, std::move(peer));
}

task<stream> client_handshake_over(std::unique_ptr<transport> beneath, std::string host, context tls) {
  const std::string name = reference_name(std::move(host));
  auto made = std::make_unique<state>(std::move(beneath), std::move(tls), name);
  co_return co_await connect_as_client(std::move(made), name, name);
}

task<stream> server_handshake(net::tcp_socket socket, context tls) {
  std::string peer = name_of_peer(socket);
  auto made = std::make_unique<state>(std::move(socket), std::move(tls), std::move(peer));
  co_return co_await accept_as_server(std::move(made));
}

task<stream> server_handshake_over(std::unique_ptr<transport> beneath, context tls) {
  auto made = std::make_unique<state>(std::move(beneath), std::move(tls), "a client");
  co_return co_await accept_as_server(std::move(made));
}

namespace {

task<stream> within(std::optional<duration> limit, task<stream> handshake, std::string label) {
  if (!limit) co_return co_await std::move(handshake);
  deadline_scope deadline(deadline_after(*limit));
  try {
    co_return co_await std::move(handshake);
  } catch (const cancelled&) {
    if (!deadline.was_hit()) throw;
  }
  throw boost::system::system_error(boost::asio::error::timed_out, label);
}

task<stream> connect_over(net::tcp_socket socket, std::string host, connect_options options) {
  std::string label = "TLS handshake with '" + host + "'";
  context settings = options.tls ? *options.tls : context::shared();
  auto handshake = client_handshake(std::move(socket), std::move(host), std::move(settings));
  return within(options.handshake_timeout, std::move(handshake), std::move(label));
}

}  // namespace

task<stream> connect(std::string host, std::string service, connect_options options) {
  auto socket = co_await net::connect(host, std::move(service), options.net);
  co_return co_await connect_over(std::move(socket), std::move(host), std::move(options));
}

task<stream> connect(std::string host, std::uint16_t port, connect_options options) {
  auto socket = co_await net::connect(host, port, options.net);
  co_return co_await connect_over(std::move(socket), std::move(host), std::move(options));
}

task<> serve(net::listener source, context tls, connection_handler handler, serve_options options) {
  auto serve_one = [tls, handler = std::move(handler),
                    limit = options.handshake_timeout](net::tcp_socket socket) -> task<> {
    std::optional<stream> connection;
    std::string label = "TLS handshake with '" + name_of_peer(socket) + "'";
    try {
      auto handshake = server_handshake(std::move(socket), tls);
      connection.emplace(co_await within(limit, std::move(handshake), std::move(label)));
    } catch (const std::exception& failure) {
      logger()->info("{}", failure.what());
    }
    if (connection) co_await handler(std::move(*connection));
  };
  co_await net::serve(std::move(source), serve_one, options.net);
}

}  // namespace weft::tls

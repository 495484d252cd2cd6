#include <weft/http/detail/dial.hpp>

#include <weft/core/cancel_scope.hpp>
#include <weft/http/detail/translate.hpp>
#include <weft/net/connect.hpp>
#include <weft/net/resolver.hpp>
#include <weft/tls/connect.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace weft::http::detail {
namespace {

task<std::vector<net::tcp_endpoint>> look_up(std::string host, std::uint16_t port, const client_options& options) {
  net::resolve_options how;
  how.timeout = options.timeouts.resolve;
  std::vector<net::tcp_endpoint> found;
  try {
    found = co_await net::resolve(host, port, how);
  } catch (const std::exception&) {
    throw translate_resolve_error(std::current_exception());
  }
  if (!options.address_filter) co_return found;
  std::erase_if(found, [&](const net::tcp_endpoint& endpoint) { return !options.address_filter(endpoint.address()); });
  if (found.empty()) {
    throw error(error_kind::address_blocked, error_phase::resolve, "every address of '" + host + "' is blocked");
  }
  co_return found;
}

task<net::tcp_socket> connect(std::vector<net::tcp_endpoint> endpoints, const client_options& options) {
  net::connect_options how;
  how.timeout = options.timeouts.connect;
  try {
    co_return co_await net::connect(std::move(endpoints), how);
  } catch (const std::exception&) {
    throw translate_connect_error(std::current_exception());
  }
}

task<tls::stream> shake_hands(net::tcp_socket socket, std::string host, const client_options& options) {
  if (host.ends_with('.')) host.pop_back();
  const tls::context settings = options.tls ? *options.tls : tls::context::shared();
  const auto limit = options.timeouts.tls;
  deadline_scope patience(limit ? deadline_after(*limit) : time_point::max());
  try {
    co_return co_await tls::client_handshake(std::move(socket), std::move(host), settings);
  } catch (const cancelled&) {
    if (!patience.was_hit()) throw;
  } catch (const std::exception&) {
    throw translate_handshake_error(std::current_exception());
  }
  throw error(error_kind::timeout_tls, error_phase::tls, "TLS handshake timed out");
}

}  // namespace

task<std::unique_ptr<connection>> dial(const url& address, const client_options& options, time_point started,
                                       timings& times) {
  auto endpoints = co_await look_up(std::string(address.host()), address.port(), options);
  times.resolved = now() - started;
  net::tcp_socket socket = co_await connect(std::move(endpoints), options);
  times.connected = now() - started;
  const net::tcp_endpoint remote = socket.remote_endpoint();
  if (!address.is_https()) co_return std::make_unique<connection>(std::move(socket), remote);
  tls::stream stream = co_await shake_hands(std::move(socket), std::string(address.host()), options);
  times.secured = now() - started;
  co_return std::make_unique<connection>(std::move(stream), remote);
}

}  // namespace weft::http::detail

#include <weft/net/listener.hpp>

#include <weft/base/error.hpp>
#include <weft/core/loop.hpp>
#include <weft/net/accept.hpp>
#include <weft/net/bind_address.hpp>
#include <weft/net/open_socket.hpp>

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

#include <sys/socket.h>

namespace weft::net {

namespace {

using error_code = boost::system::error_code;

error_code open_listening(listener::asio_acceptor& acceptor, const tcp_endpoint& endpoint,
                          const listen_options& options) {
  error_code error;
  const auto ok = [&error] { return !error; };
  detail::open_socket(acceptor, endpoint.protocol(), error);
  if (ok()) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  const int on = 1;
  if (ok() && options.sharing == port_sharing::shared &&
      ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (ok() && endpoint.address().is_v6()) {
    const bool only_v6 = !endpoint.address().is_unspecified();
    acceptor.set_option(boost::asio::ip::v6_only(only_v6), error);
  }
  // Linux hands the option on to every accepted socket.
  if (ok()) acceptor.set_option(boost::asio::ip::tcp::no_delay(true), error);
  if (ok()) acceptor.bind(endpoint, error);
  if (ok()) acceptor.listen(options.backlog, error);
  return error;
}

}  // namespace

task<tcp_socket> listener::accept() {
  tcp_endpoint peer;
  co_return co_await accept(peer);
}

task<tcp_socket> listener::accept(tcp_endpoint& peer) { return detail::accept_next<tcp_socket>(acceptor_, peer); }

void listener::close() noexcept {
  error_code closed_anyway;
  acceptor_.close(closed_anyway);
}

port_sharing listener::sharing() noexcept {
  int on = 0;
  socklen_t size = sizeof on;
  const int result = ::getsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, &size);
  return result == 0 && on != 0 ? port_sharing::shared : port_sharing::exclusive;
}

listener listen(const tcp_endpoint& at, listen_options options) {
  listener::asio_acceptor acceptor(this_loop().get_executor());
  if (const auto error = open_listening(acceptor, at, options)) {
    throw_error(error, "cannot listen on '" + to_string(at) + "'");
  }
  return listener(std::move(acceptor));
}

listener listen(std::string_view host, std::uint16_t port, listen_options options) {
  const std::string what = "cannot listen on '" + detail::host_and_port(host, std::to_string(port)) + "'";
  const auto address = detail::bind_address(host, what);
  listener::asio_acceptor acceptor(this_loop().get_executor());
  error_code error =
      open_listening(acceptor, tcp_endpoint(address.value_or(boost::asio::ip::address_v6::any()), port), options);
  if (error == boost::asio::error::address_family_not_supported && !address) {
    acceptor = listener::asio_acceptor(this_loop().get_executor());
    error = open_listening(acceptor, tcp_endpoint(boost::asio::ip::address_v4::any(), port), options);
  }
  if (error) throw_error(error, what);
  return listener(std::move(acceptor));
}

}  // namespace weft::net

#include <weft/net/tcp_socket.hpp>

#include <weft/net/read_until.hpp>

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace weft::net {

namespace {

bool would_wait(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

task<std::size_t> tcp_socket::read_until(std::string& text, std::string delimiter, std::size_t limit) {
  return detail::read_until(*this, text, std::move(delimiter), limit);
}

bool tcp_socket::has_input() const noexcept {
  char byte = 0;
  const auto got = ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || !would_wait(errno);
}

void tcp_socket::shutdown_write() noexcept {
  boost::system::error_code peer_gone;
  socket_.shutdown(asio_socket::shutdown_send, peer_gone);
}

void tcp_socket::close() noexcept {
  boost::system::error_code closed_anyway;
  socket_.close(closed_anyway);
}

void tcp_socket::reset() noexcept {
  boost::system::error_code peer_gone;
  socket_.set_option(asio_socket::linger(true, 0), peer_gone);
  close();
}

int tcp_socket::native_handle() const noexcept { return socket_.native_handle(); }

}  // namespace weft::net

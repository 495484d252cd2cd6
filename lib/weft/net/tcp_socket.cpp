#include <weft/net/tcp_socket.hpp>

#include <weft/net/read_until.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace weft::net {

namespace {

constexpr std::size_t max_pieces = 16;

bool would_wait(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

std::size_t detail::send_now(int descriptor, const boost::asio::const_buffer* buffers, std::size_t count,
                             boost::system::error_code& error) noexcept {
  ssize_t sent = 0;
  if (count == 1) {
    sent = ::send(descriptor, buffers->data(), buffers->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } else {
    std::array<iovec, max_pieces> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = std::min(count, max_pieces);
    for (std::size_t i = 0; i < message.msg_iovlen; ++i)
      pieces[i] = {const_cast<void*>(buffers[i].data()), buffers[i].size()};
    sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (!would_wait(errno)) error.assign(errno, boost::system::system_category());
  return 0;
}

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

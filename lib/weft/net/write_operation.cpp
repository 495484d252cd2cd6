#include <weft/net/write_operation.hpp>

#include <weft/net/system_call.hpp>

#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace weft::net::detail {

std::size_t send_now(int descriptor, const boost::asio::const_buffer* buffers, std::size_t count,
                     boost::system::error_code& error) noexcept {
  constexpr std::size_t max_pieces = 16;
  ssize_t sent = 0;
  if (count == 1) {
    sent = send_directly(descriptor, buffers->data(), buffers->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } else {
    std::array<iovec, max_pieces> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = std::min(count, max_pieces);
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
      pieces[i] = {const_cast<void*>(buffers[i].data()), buffers[i].size()};
    }
    sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) error.assign(errno, boost::system::system_category());
  return 0;
}

}  // namespace weft::net::detail

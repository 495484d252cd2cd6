#include <weft/net/write_operation.hpp>

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace weft::net::detail {

std::size_t send_now(int descriptor, std::span<const boost::asio::const_buffer> buffers) noexcept {
  constexpr std::size_t most = 16;
  std::array<iovec, most> parts;
  const std::size_t count = std::min(buffers.size(), most);
  for (std::size_t i = 0; i < count; ++i) {
    parts[i].iov_base =
        const_cast<void*>(buffers[i].data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): sendmsg only reads
    parts[i].iov_len = buffers[i].size();
  }
  msghdr message = {};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

}  // namespace weft::net::detail

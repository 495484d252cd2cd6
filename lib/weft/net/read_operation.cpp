#include <weft/net/read_operation.hpp>

#include <weft/net/system_call.hpp>

#include <cerrno>

#include <sys/socket.h>

namespace weft::net::detail {

std::optional<std::size_t> receive_now(int descriptor, boost::asio::mutable_buffer buffer,
                                       boost::system::error_code& error) noexcept {
  const ssize_t got = receive_directly(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got >= 0) return static_cast<std::size_t>(got);
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) error.assign(errno, boost::system::system_category());
  return std::nullopt;
}

}  // namespace weft::net::detail

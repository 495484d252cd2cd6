#include <weft/http/detail/connection.hpp>

#include <sys/socket.h>

namespace weft::http::detail {

std::size_t connection::try_send(std::string_view bytes) noexcept {
  net::tcp_socket* const socket = plain();
  if (socket == nullptr) return 0;
  const ssize_t sent = ::send(socket->native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

bool connection::has_input() noexcept {
  if (net::tcp_socket* const socket = plain()) return socket->has_input();
  return secure()->has_input();
}

}  // namespace weft::http::detail

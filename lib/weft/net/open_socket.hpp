#pragma once

#include <boost/system/error_code.hpp>

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

// Private to net/.
namespace weft::net::detail {

/// What errno says.
[[nodiscard]] inline boost::system::error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

/// Opens `socket` so that programs which are started meanwhile do not inherit it, which Asio's open() has no word for.
template <class Socket>
void open_socket(Socket& socket, const typename Socket::protocol_type& protocol,
                 boost::system::error_code& error) noexcept {
  const int kind = protocol.type() | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int descriptor = ::socket(protocol.family(), kind, protocol.protocol());
  if (descriptor < 0) {
    error = last_error();
    return;
  }
  socket.assign(protocol, descriptor, error);
  if (error) ::close(descriptor);
}

}  // namespace weft::net::detail

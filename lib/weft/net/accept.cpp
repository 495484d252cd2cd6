#include <weft/net/accept.hpp>

#include <cerrno>

namespace weft::net::detail {

accept_failure classify_accept(const boost::system::error_code& error) noexcept {
  switch (error.value()) {
    case EAGAIN:
    case EINTR: return accept_failure::none_there;
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH: return accept_failure::connection_lost;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return accept_failure::exhausted;
    default: return accept_failure::fatal;
  }
}

int accept_now(int listener, sockaddr* peer, socklen_t& size, boost::system::error_code& error) noexcept {
  const int accepted = ::accept4(listener, peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) error.assign(errno, boost::system::system_category());
  return accepted;
}

}  // namespace weft::net::detail

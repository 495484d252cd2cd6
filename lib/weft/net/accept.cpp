#include <weft/net/accept.hpp>

#include <cerrno>

namespace weft::net::detail {

accept_failure classify_accept(const boost::system::error_code& error) noexcept {
  switch (error.value()) {
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

}  // namespace weft::net::detail

#include <weft/net/udp_core.hpp>

#include <weft/core/loop.hpp>
#include <weft/net/udp_control.hpp>

#include <array>
#include <cerrno>

#include <linux/errqueue.h>
#include <sys/socket.h>

namespace weft::net::detail {

bool would_wait(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

bool may_be_about_another(int error) noexcept {
  switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case ENOPROTOOPT:
    case EPROTO:
    case EOPNOTSUPP:
    case EMSGSIZE:
    case EACCES: return true;
    default: return false;
  }
}

void tell_peer_error(udp_core& core, const udp_endpoint& peer, int error, std::span<const std::byte> payload) noexcept {
  if (!core.on_peer_error) return;
  const udp_peer_error told{peer, boost::system::error_code(error, boost::system::system_category()), payload};
  weft::detail::call_reporting([&] { core.on_peer_error(told); });
}

std::size_t read_peer_errors(udp_core& core) noexcept {
  constexpr int most = 64;
  std::size_t count = 0;
  for (int left = most; left > 0; --left) {
    std::array<std::byte, 2048> payload;
    udp_endpoint peer;
    control_buffer control;
    iovec piece{payload.data(), payload.size()};
    msghdr message = make_header(peer, piece, control);
    const ssize_t got = ::recvmsg(core.socket.native_handle(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    const auto error = find_control<sock_extended_err>(message, IPPROTO_IP, IP_RECVERR);
    const auto error6 = find_control<sock_extended_err>(message, IPPROTO_IPV6, IPV6_RECVERR);
    const auto found = error ? error : error6;
    if (!found || (found->ee_origin != SO_EE_ORIGIN_ICMP && found->ee_origin != SO_EE_ORIGIN_ICMP6)) continue;
    ++count;
    peer.resize(message.msg_namelen);
    normalise(peer);
    tell_peer_error(core, peer, static_cast<int>(found->ee_errno),
                    std::span(payload).first(static_cast<std::size_t>(got)));
  }
  return count;
}

void normalise(udp_endpoint& from) noexcept {
  if (from.data()->sa_family != AF_INET6) return;
  const auto address = from.address().to_v6();
  if (address.is_v4_mapped()) {
    from = udp_endpoint(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address), from.port());
  }
}

udp_endpoint wire_endpoint(const udp_core& core, const udp_endpoint& to) noexcept {
  if (!core.is_v6 || to.data()->sa_family != AF_INET) return to;
  return {boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, to.address().to_v4()), to.port()};
}

}  // namespace weft::net::detail

#include <weft/net/udp_socket.hpp>

#include <weft/base/error.hpp>
#include <weft/core/loop.hpp>
#include <weft/net/bind_address.hpp>
#include <weft/net/open_socket.hpp>

#include <boost/asio/ip/v6_only.hpp>

#include <cassert>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace weft::net {

namespace {

using error_code = boost::system::error_code;
using detail::udp_core;

using detail::last_error;

error_code set_int(udp_core& core, int level, int name, int value) {
  const int result = ::setsockopt(core.socket.native_handle(), level, name, &value, sizeof value);
  return result == 0 ? error_code() : last_error();
}

error_code set_buffer(udp_core& core, int name, const std::optional<std::size_t>& bytes) {
  if (!bytes) return {};
  return set_int(core, SOL_SOCKET, name, static_cast<int>(std::min<std::size_t>(*bytes, INT_MAX)));
}

/// What has to be set; a failure is one of the socket.
error_code set_needed(udp_core& core, const udp_endpoint& at, const udp_options& options) {
  error_code error;
  const auto set = [&](int level, int name, int value) {
    if (!error) error = set_int(core, level, name, value);
  };
  if (core.is_v6) set(IPPROTO_IPV6, IPV6_V6ONLY, at.address().is_unspecified() ? 0 : 1);
  if (options.sharing == port_sharing::shared) set(SOL_SOCKET, SO_REUSEPORT, 1);
  if (options.broadcast) set(SOL_SOCKET, SO_BROADCAST, 1);
  if (options.destination) set(IPPROTO_IP, IP_PKTINFO, 1);
  if (options.destination && core.is_v6) set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  set(IPPROTO_IP, IP_RECVERR, 1);
  if (core.is_v6) set(IPPROTO_IPV6, IPV6_RECVERR, 1);
  if (!error) error = set_buffer(core, SO_RCVBUF, options.receive_buffer);
  if (!error) error = set_buffer(core, SO_SNDBUF, options.send_buffer);
  return error;
}

/// Larger ones do not fit the packets of most networks, and cannot be segments then.
constexpr std::size_t largest_datagram_of_a_packet = 1452;

/// What makes it better where the system has it.
void set_possible(udp_core& core, const udp_options& options) {
  static_cast<void>(set_int(core, SOL_SOCKET, SO_RXQ_OVFL, 1));
  int segment = 0;
  socklen_t size = sizeof segment;
  const bool segments = ::getsockopt(core.socket.native_handle(), SOL_UDP, UDP_SEGMENT, &segment, &size) == 0;
  core.largest_segment = segments ? largest_datagram_of_a_packet : 0;
  core.coalesces = options.coalesce && !set_int(core, SOL_UDP, UDP_GRO, 1);
}

error_code open_bound(udp_core& core, const udp_endpoint& at, const udp_options& options) {
  error_code error;
  core.is_v6 = at.address().is_v6();
  detail::open_socket(core.socket, at.protocol(), error);
  if (!error) error = set_needed(core, at, options);
  if (!error) core.socket.bind(at, error);
  if (!error) set_possible(core, options);
  return error;
}

udp_core make_core() { return udp_core(udp_core::asio_socket(this_loop().get_executor())); }

void change_membership(udp_core& core, int option, const ip_address& group, unsigned interface, const char* what) {
  group_req request{};
  request.gr_interface = interface;
  const udp_endpoint endpoint(group, 0);
  std::memcpy(&request.gr_group, endpoint.data(), endpoint.size());
  const int level = group.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
  if (::setsockopt(core.socket.native_handle(), level, option, &request, sizeof request) != 0) {
    throw_errno(errno, std::string(what) + " multicast group '" + group.to_string() + "'");
  }
}

}  // namespace

detail::udp_operation<detail::udp_receive> udp_socket::receive(mutable_bytes buffer, udp_destination* destination) {
  assert(!core_.coalesces && "udp_socket::receive_from() on a socket that coalesces datagrams");
  return {core_.socket, {core_, buffer.asio(), destination}, detail::take_turn(core_.receives)};
}

void udp_socket::connect(const udp_endpoint& peer) {
  error_code error;
  core_.socket.connect(detail::wire_endpoint(core_, peer), error);
  if (error) throw_error(error, "cannot connect to '" + to_string(peer) + "'");
}

void udp_socket::join(const ip_address& group, unsigned interface) {
  change_membership(core_, MCAST_JOIN_GROUP, group, interface, "cannot join");
}

void udp_socket::leave(const ip_address& group, unsigned interface) {
  change_membership(core_, MCAST_LEAVE_GROUP, group, interface, "cannot leave");
}

void udp_socket::set_multicast_interface(unsigned interface) {
  ip_mreqn request{};
  request.imr_ifindex = static_cast<int>(interface);
  error_code error;
  if (::setsockopt(native_handle(), IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) != 0) error = last_error();
  if (!error && core_.is_v6) error = set_int(core_, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface));
  if (error) throw_error(error, "cannot choose an interface for multicast");
}

void udp_socket::set_multicast_hops(unsigned hops) {
  error_code error = set_int(core_, IPPROTO_IP, IP_MULTICAST_TTL, static_cast<int>(hops));
  if (!error && core_.is_v6) error = set_int(core_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, static_cast<int>(hops));
  if (error) throw_error(error, "cannot set the hops of multicast");
}

std::size_t udp_socket::receive_buffer() const {
  int size = 0;
  socklen_t length = sizeof size;
  if (::getsockopt(native_handle(), SOL_SOCKET, SO_RCVBUF, &size, &length) != 0) {
    throw_errno(errno, "cannot ask for the receive buffer");
  }
  return static_cast<std::size_t>(size);
}

udp_endpoint udp_socket::local_endpoint() const { return core_.socket.local_endpoint(); }

void udp_socket::close() noexcept {
  error_code closed_anyway;
  core_.socket.close(closed_anyway);
}

int udp_socket::native_handle() const noexcept { return core_.socket.native_handle(); }

udp_socket udp_bind(const udp_endpoint& at, udp_options options) {
  udp_core core = make_core();
  if (const auto error = open_bound(core, at, options)) throw_error(error, "cannot bind to '" + to_string(at) + "'");
  return udp_socket(std::move(core));
}

udp_socket udp_bind(std::string_view host, std::uint16_t port, udp_options options) {
  const std::string what = "cannot bind to '" + detail::host_and_port(host, std::to_string(port)) + "'";
  const auto address = detail::bind_address(host, what);
  udp_core core = make_core();
  error_code error =
      open_bound(core, udp_endpoint(address.value_or(boost::asio::ip::address_v6::any()), port), options);
  if (error == boost::asio::error::address_family_not_supported && !address) {
    core = make_core();
    error = open_bound(core, udp_endpoint(boost::asio::ip::address_v4::any(), port), options);
  }
  if (error) throw_error(error, what);
  return udp_socket(std::move(core));
}

}  // namespace weft::net

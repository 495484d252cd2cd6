#pragma once

#include <weft/net/address.hpp>

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace weft::net {

/// What a peer's host, or a router on the way, says about datagrams that did not arrive.
///
/// Lifetime: `payload` is valid while the callback that is given this runs.
struct udp_peer_error {
  udp_endpoint peer;                   ///< whom the datagram was for
  boost::system::error_code error;     ///< connection_refused: nothing listens there
  std::span<const std::byte> payload;  ///< the beginning of the datagram, as far as the system tells
};

/// Where a datagram came to.
struct udp_destination {
  ip_address address;      ///< a broadcast or multicast one where it was sent to such
  unsigned interface = 0;  ///< index; 0: unknown
  bool to_many = false;    ///< the address is one of those, and no answer can come from it
};

namespace detail {

/// What a UDP socket and the operations on it share.
struct udp_core {
  using asio_socket = boost::asio::basic_datagram_socket<boost::asio::ip::udp, boost::asio::io_context::executor_type>;

  explicit udp_core(asio_socket opened) noexcept : socket(std::move(opened)) {}

  asio_socket socket;
  std::function<void(const udp_peer_error&)> on_peer_error{};
  bool is_v6 = false;               ///< addresses of IPv4 peers are IPv4-mapped ones in system calls
  bool coalesces = false;           ///< UDP_GRO is on
  std::size_t largest_segment = 0;  ///< with UDP_SEGMENT; 0: it does not work
  unsigned receives = 0;
  unsigned sends = 0;
  std::uint32_t dropped = 0;  ///< datagrams that found the receive buffer full
};

/// Whether a failed receive or send would succeed later.
[[nodiscard]] bool would_wait(int error) noexcept;

/// Whether an error can stem from an earlier datagram to whichever peer: the system tells it once, at the next call.
[[nodiscard]] bool may_be_about_another(int error) noexcept;

/// Reads the socket's error queue and tells what is in it; gives how many datagrams were given back.
std::size_t read_peer_errors(udp_core& core) noexcept;

/// Calls on_peer_error, where there is one.
void tell_peer_error(udp_core& core, const udp_endpoint& peer, int error, std::span<const std::byte> payload) noexcept;

/// `from` as the system gave it, with IPv4-mapped addresses as IPv4.
void normalise(udp_endpoint& from) noexcept;

/// `to` in the form that the system wants of this socket.
[[nodiscard]] udp_endpoint wire_endpoint(const udp_core& core, const udp_endpoint& to) noexcept;

}  // namespace detail

}  // namespace weft::net

#pragma once

#include <weft/net/address.hpp>
#include <weft/net/buffer.hpp>
#include <weft/net/port_sharing.hpp>
#include <weft/net/udp_batch.hpp>
#include <weft/net/udp_core.hpp>
#include <weft/net/udp_operations.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace weft::net {

struct udp_options {
  port_sharing sharing = port_sharing::exclusive;
  bool broadcast = false;    ///< may send to broadcast addresses
  bool destination = false;  ///< tells where each datagram came to
  bool coalesce = false;     ///< receive_batch() gets runs of datagrams at once where the system can (UDP_GRO)
  /// Bytes that are asked of the system, which may give less; none: its default, of which a flood of small datagrams
  /// needs far more.
  std::optional<std::size_t> receive_buffer = {};
  std::optional<std::size_t> send_buffer = {};
};

/// A UDP socket: datagrams from and to any peer.
///
/// An error that the network reports about one peer, as for a port where nothing listens, is told to on_peer_error() and
/// disturbs no operation. IPv4 peers have IPv4 addresses, also where the socket serves both families.
///
/// Ownership:    owns the descriptor; move-only. Buffers belong to the caller and must live until the operation ends.
/// Lifetime:     must not be moved or destroyed while an operation on it is awaited.
/// Threads:      confined to its loop. One receive and one send may be awaited at the same time, not two of a kind.
/// Cancellation: of a receive takes no datagram; of a send_batch() leaves the rest unsent.
/// Errors:       boost::system::system_error with the system's code; operation_aborted for what waits at close().
/// Cost:         no allocation per operation.
class udp_socket {
 public:
  using asio_socket = detail::udp_core::asio_socket;

  /// Takes over a socket that udp_bind() has prepared.
  explicit udp_socket(detail::udp_core core) noexcept : core_(std::move(core)) {}

  udp_socket(udp_socket&&) noexcept = default;
  udp_socket& operator=(udp_socket&&) noexcept = default;
  udp_socket(const udp_socket&) = delete;
  udp_socket& operator=(const udp_socket&) = delete;
  ~udp_socket() = default;

  /// Awaitable, udp_received: waits for a datagram.
  /// Precondition: the socket does not coalesce.
  [[nodiscard]] auto receive_from(mutable_bytes buffer) { return receive(buffer, nullptr); }
  /// The same, storing where it came to; needs udp_options::destination.
  [[nodiscard]] auto receive_from(mutable_bytes buffer, udp_destination& destination) {
    return receive(buffer, &destination);
  }

  /// Awaitable, std::size_t: waits for datagrams and takes as many as there are slots, with one system call; gives how
  /// many there are in the batch, at least one.
  [[nodiscard]] auto receive_batch(udp_batch& batch) {
    return detail::udp_operation<detail::udp_receive_batch>(core_.socket, {core_, batch},
                                                            detail::take_turn(core_.receives));
  }

  /// Awaitable, std::size_t: hands one datagram to the system, waiting while the send buffer is full.
  ///
  /// That it is gone does not mean that it arrives. Throws what is wrong with it: message_size, network_unreachable,
  /// invalid_argument for port 0.
  [[nodiscard]] auto send_to(const_bytes bytes, const udp_endpoint& to) { return send(bytes, to, nullptr); }
  /// The same from one of this host's addresses, as an answer wants it that has to come from where the question went.
  [[nodiscard]] auto send_to(const_bytes bytes, const udp_endpoint& to, const ip_address& source) {
    return send(bytes, to, &source);
  }

  /// Awaitable, std::size_t: hands all datagrams of a batch to the system, in order; gives how many it took. One that
  /// it refuses is told to on_peer_error() and does not keep back the others.
  ///
  /// Runs of one size to one peer go as one where the system and the device can (UDP_SEGMENT).
  [[nodiscard]] auto send_batch(udp_batch& batch) {
    return detail::udp_operation<detail::udp_send_batch>(core_.socket, {core_, batch}, detail::take_turn(core_.sends));
  }

  /// Has `f` called, while an operation is awaited, for each datagram that was reported undeliverable. It must not close
  /// or destroy the socket.
  void on_peer_error(std::function<void(const udp_peer_error&)> f) { core_.on_peer_error = std::move(f); }

  /// Has the system pass on datagrams of this peer alone, and choose a source address for it.
  void connect(const udp_endpoint& peer);

  /// Takes part in a multicast group, on the interface with this index (0: the system chooses), or no more.
  void join(const ip_address& group, unsigned interface = 0);
  void leave(const ip_address& group, unsigned interface = 0);
  /// Where multicast datagrams leave, and over how many routers; the system's choice and none without this.
  void set_multicast_interface(unsigned interface);
  void set_multicast_hops(unsigned hops);

  /// Datagrams that were lost because the receive buffer was full, as far as later ones have told. Wraps around.
  [[nodiscard]] std::uint32_t dropped() const noexcept { return core_.dropped; }
  /// Bytes of the receive buffer, as the system counts them.
  [[nodiscard]] std::size_t receive_buffer() const;

  [[nodiscard]] udp_endpoint local_endpoint() const;
  [[nodiscard]] std::uint16_t port() const { return local_endpoint().port(); }
  [[nodiscard]] bool is_open() const noexcept { return core_.socket.is_open(); }

  /// Closes; an operation still awaited ends with boost::asio::error::operation_aborted. Idempotent.
  void close() noexcept;

  /// Sets an Asio socket option.
  template <class Option>
  void set_option(const Option& option) {
    core_.socket.set_option(option);
  }

  [[nodiscard]] int native_handle() const noexcept;

  /// The Asio object, for what is not offered here.
  [[nodiscard]] asio_socket& asio() noexcept { return core_.socket; }

 private:
  [[nodiscard]] detail::udp_operation<detail::udp_receive> receive(mutable_bytes buffer, udp_destination* destination);
  [[nodiscard]] detail::udp_operation<detail::udp_send> send(const_bytes bytes, const udp_endpoint& to,
                                                             const ip_address* source) {
    return {core_.socket, {core_, bytes.asio(), to, source}, detail::take_turn(core_.sends)};
  }

  mutable detail::udp_core core_;
};

/// Binds to an address ("127.0.0.1", "::1", "localhost"; "" or "*" for all of both families); port 0 lets the system
/// choose. Never suspends. Throws system_error "cannot bind to 'host:port'".
[[nodiscard]] udp_socket udp_bind(std::string_view host, std::uint16_t port, udp_options options = {});

/// The same on an address that is known already.
[[nodiscard]] udp_socket udp_bind(const udp_endpoint& at, udp_options options = {});

}  // namespace weft::net

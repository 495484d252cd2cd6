#pragma once

#include <weft/core/task.hpp>
#include <weft/net/listener.hpp>
#include <weft/sync/event.hpp>
#include <weft/testkit/link_fate.hpp>

#include <cstdint>

namespace weft::testkit {

/// A relay for TCP connections that is a bad link. Its packets are pieces of at most 1460 bytes of the stream.
///
/// As TCP mends what a link does to its packets, a lost piece comes `retransmission` later, with all that is behind it, and
/// pieces are neither repeated nor swapped; a corrupted piece arrives with its changed byte, as from a middle box that is
/// broken. A cut link holds everything back until it is mended. The fate of a piece follows from the seed, its number
/// and its direction alone; how the stream is cut into pieces follows from how the ends write.
///
/// Ownership:    owns its listener and connections.
/// Lifetime:     outlives the task of run().
/// Threads:      one loop.
/// Cancellation: ends run() and closes the connections; what is on its way is lost.
/// Errors:       what net/ throws where accepting fails; a target that cannot be reached resets that connection.
class tcp_link {
 public:
  static constexpr duration retransmission = std::chrono::milliseconds(200);

  tcp_link(net::listener front, net::tcp_endpoint target, link_options options = {});
  tcp_link(const tcp_link&) = delete;
  tcp_link& operator=(const tcp_link&) = delete;

  /// Relays until it is cancelled.
  task<> run();

  /// Where clients connect to.
  [[nodiscard]] net::tcp_endpoint endpoint() const { return endpoint_; }

  void set_options(const link_options& options) { options_ = options; }
  [[nodiscard]] const link_options& options() const noexcept { return options_; }

  /// Nothing goes through while the link is cut.
  void cut() noexcept { is_whole_.clear(); }
  void mend() noexcept { is_whole_.set(); }

  [[nodiscard]] const link_statistics& statistics() const noexcept { return statistics_; }

 private:
  struct piece;
  class pipe;

  task<> relay(net::tcp_socket client);
  /// When a piece of `size` bytes is due, and how it is changed.
  [[nodiscard]] packet_fate take(link_direction direction, std::size_t size);

  net::listener front_;
  net::tcp_endpoint endpoint_;
  net::tcp_endpoint target_;
  link_options options_;
  event is_whole_;
  link_statistics statistics_;
  std::uint64_t numbers_[2] = {0, 0};
  link_rate rates_[2];
};

}  // namespace weft::testkit

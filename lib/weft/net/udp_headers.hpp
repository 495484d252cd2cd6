#pragma once

#include <weft/net/udp_batch.hpp>
#include <weft/net/udp_control.hpp>

#include <cstddef>
#include <span>
#include <vector>

#include <sys/socket.h>
#include <sys/uio.h>

namespace weft::net::detail {

/// Segments of one message at most: sent, as every system takes them, and received.
inline constexpr std::size_t max_segments = 64;
inline constexpr std::size_t max_coalesced = 128;

/// The headers of a batch for recvmmsg and sendmmsg. Private to net/.
///
/// Invariants: the incoming headers point to the slots and are as recvmmsg wants them, but for those it has just
///             filled; the outgoing ones mean something between fill() and datagrams_of().
class udp_headers {
 public:
  udp_headers(std::byte* memory, std::size_t stride, const udp_batch_options& options);
  udp_headers(const udp_headers&) = delete;
  udp_headers& operator=(const udp_headers&) = delete;

  [[nodiscard]] unsigned slots() const noexcept { return static_cast<unsigned>(names_.size()); }
  [[nodiscard]] mmsghdr* incoming() noexcept { return incoming_.data(); }
  [[nodiscard]] mmsghdr* outgoing() noexcept { return outgoing_.data(); }

  /// Who sent what is in a slot.
  [[nodiscard]] udp_endpoint sender(std::size_t slot) noexcept;
  /// Makes the first `count` incoming headers usable again.
  void rearm(std::size_t count) noexcept;

  /// Makes headers for datagrams of `batch` from `first` on, runs of equal ones as segments of one; gives how many.
  [[nodiscard]] unsigned fill(const udp_core& core, const udp_batch& batch, std::size_t first) noexcept;
  /// How many datagrams the first `messages` headers of fill() stand for.
  [[nodiscard]] std::size_t datagrams_of(unsigned messages) const noexcept;

 private:
  [[nodiscard]] std::size_t add_message(const udp_core& core, const udp_batch& batch, std::size_t first,
                                        unsigned message) noexcept;

  std::vector<udp_endpoint> names_;
  std::vector<control_buffer> controls_;
  std::vector<iovec> pieces_;  // of the slots
  std::vector<mmsghdr> incoming_;
  std::vector<mmsghdr> outgoing_;
  std::vector<udp_endpoint> targets_;
  std::vector<iovec> sent_pieces_;
  std::vector<std::size_t> run_lengths_;
  std::size_t pieces_in_use_ = 0;
};

}  // namespace weft::net::detail

#pragma once

#include <weft/net/address.hpp>
#include <weft/net/buffer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace weft::net {

namespace detail {
struct udp_core;
class udp_headers;
class udp_receive_batch;
class udp_send_batch;
}  // namespace detail

/// One datagram of a batch.
struct udp_datagram {
  std::span<std::byte> bytes;       ///< in the batch's memory
  udp_endpoint endpoint;            ///< who sent it; who is to get it
  std::optional<ip_address> local;  ///< the address it came to, where the socket tells it; the one it is sent from
  bool truncated = false;           ///< it was longer than a slot, and the rest is lost
  bool to_many = false;             ///< `local` is a broadcast or multicast address, and nothing is sent from it
};

struct udp_batch_options {
  std::size_t count = 64;       ///< datagrams of one system call, from 1 to 1024
  std::size_t max_size = 2048;  ///< bytes of a datagram; 65535 for sockets with udp_options::coalesce
};

/// Datagrams that are received or sent together, with the memory they are in. What was received can be sent as it is:
/// each back to its peer.
///
/// Ownership: owns the memory: `count * max_size` bytes and headers; move-only.
/// Lifetime:  must not be moved, changed or destroyed while an operation on it is awaited; receiving into it replaces
///            what it holds.
/// Threads:   one at a time.
/// Errors:    std::invalid_argument for a count or size of 0 or too much.
class udp_batch {
 public:
  explicit udp_batch(udp_batch_options options = {});
  udp_batch(udp_batch&&) noexcept;
  udp_batch& operator=(udp_batch&&) noexcept;
  ~udp_batch();

  [[nodiscard]] std::size_t size() const noexcept { return datagrams_.size(); }
  [[nodiscard]] bool empty() const noexcept { return datagrams_.empty(); }
  [[nodiscard]] udp_datagram& operator[](std::size_t index) noexcept { return datagrams_[index]; }
  [[nodiscard]] const udp_datagram& operator[](std::size_t index) const noexcept { return datagrams_[index]; }
  [[nodiscard]] auto begin() noexcept { return datagrams_.begin(); }
  [[nodiscard]] auto end() noexcept { return datagrams_.end(); }
  [[nodiscard]] const udp_batch_options& options() const noexcept { return options_; }

  void clear() noexcept;

  /// Adds a copy; gives false when there is no free slot, or the bytes are too many for one. Slots become free by
  /// clear().
  [[nodiscard]] bool try_push(const_bytes bytes, const udp_endpoint& to);

  /// Takes out every datagram for which `predicate(const udp_datagram&)` is true; the others keep their order.
  template <class Predicate>
  void remove_if(Predicate predicate) {
    std::erase_if(datagrams_, std::move(predicate));
  }

 private:
  friend class detail::udp_receive_batch;
  friend class detail::udp_send_batch;

  [[nodiscard]] detail::udp_headers& headers() const noexcept { return *headers_; }
  [[nodiscard]] std::byte* slot(std::size_t index) const noexcept { return memory_.get() + index * stride_; }
  void take_received(detail::udp_core& core, std::size_t count) noexcept;

  udp_batch_options options_;
  std::size_t stride_;
  std::unique_ptr<std::byte[]> memory_;
  std::unique_ptr<detail::udp_headers> headers_;
  std::vector<udp_datagram> datagrams_;  // has room for all that can come
  std::size_t used_slots_ = 0;
};

}  // namespace weft::net

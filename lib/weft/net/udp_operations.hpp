#pragma once

#include <weft/net/address.hpp>
#include <weft/net/ready_operation.hpp>
#include <weft/net/udp_batch.hpp>
#include <weft/net/udp_core.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <utility>

namespace weft::net {

/// A datagram that was stored in the caller's buffer.
struct udp_received {
  std::size_t size = 0;    ///< bytes stored; an empty datagram is one too
  udp_endpoint endpoint;   ///< who sent it
  bool truncated = false;  ///< it was longer than the buffer, and the rest is lost
};

namespace detail {

/// What an operation on a UDP socket ends with: its result, or an error.
template <class Result>
class udp_work {
 public:
  void fail(const boost::system::error_code& error) noexcept { error_ = error; }
  Result result() {
    if (error_) throw boost::system::system_error(error_.value(), error_.category());
    return std::move(result_);
  }

 protected:
  explicit udp_work(udp_core& core) noexcept : core_(&core) {}
  void fail_with(int error) noexcept { error_.assign(error, boost::system::system_category()); }
  /// Ends with `error`; 0: not yet, the socket is waited for. One that wakes for nothing has errors to be read, most
  /// likely, and wakes until they are.
  [[nodiscard]] bool end_without_result(int error) noexcept {
    if (error != 0) {
      fail_with(error);
    } else if (std::exchange(woken_, true)) {
      read_peer_errors(*core_);
    }
    return error != 0;
  }

  udp_core* core_;
  Result result_{};
  boost::system::error_code error_;

 private:
  bool woken_ = false;
};

class udp_receive : public udp_work<udp_received> {
 public:
  static constexpr auto direction = boost::asio::socket_base::wait_read;

  /// `destination` may be null.
  udp_receive(udp_core& core, boost::asio::mutable_buffer into, udp_destination* destination) noexcept
      : udp_work(core), into_(into), destination_(destination) {}
  [[nodiscard]] bool attempt() noexcept;

 private:
  boost::asio::mutable_buffer into_;
  udp_destination* destination_;
};

class udp_receive_batch : public udp_work<std::size_t> {
 public:
  static constexpr auto direction = boost::asio::socket_base::wait_read;

  udp_receive_batch(udp_core& core, udp_batch& into) noexcept : udp_work(core), into_(&into) {}
  [[nodiscard]] bool attempt() noexcept;

 private:
  udp_batch* into_;
};

class udp_send : public udp_work<std::size_t> {
 public:
  static constexpr auto direction = boost::asio::socket_base::wait_write;

  /// `source` may be null: the system chooses it.
  udp_send(udp_core& core, boost::asio::const_buffer bytes, const udp_endpoint& to, const ip_address* source) noexcept
      : udp_work(core), bytes_(bytes), to_(wire_endpoint(core, to)), source_(source) {}
  [[nodiscard]] bool attempt() noexcept;
  std::size_t result();

 private:
  boost::asio::const_buffer bytes_;
  udp_endpoint to_;
  const ip_address* source_;
  bool repeated_ = false;
};

class udp_send_batch : public udp_work<std::size_t> {
 public:
  static constexpr auto direction = boost::asio::socket_base::wait_write;

  udp_send_batch(udp_core& core, udp_batch& from) noexcept : udp_work(core), from_(&from) {}
  [[nodiscard]] bool attempt() noexcept;

 private:
  [[nodiscard]] bool overcome(int error) noexcept;

  udp_batch* from_;
  std::size_t next_ = 0;  // of the batch's datagrams
  bool repeated_ = false;
};

template <class Work>
using udp_operation = ready_operation<udp_core::asio_socket, Work>;

}  // namespace detail

}  // namespace weft::net

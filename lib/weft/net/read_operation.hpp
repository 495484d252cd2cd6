#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft::net::detail {

/// Completion handler that turns the error "end of stream" into a successful read of 0 bytes.
///
/// It names no executor: Asio then calls it in place, as it may for a handler of the socket's own loop, and counts no
/// work for it.
template <class Handler>
struct end_as_zero {
  using allocator_type = typename Handler::allocator_type;
  using cancellation_slot_type = typename Handler::cancellation_slot_type;

  Handler handler;

  [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return handler.get_cancellation_slot();
  }

  void operator()(boost::system::error_code code, std::size_t size) {
    if (code == boost::asio::error::eof) code = {};
    std::move(handler)(code, size);
  }
};

template <class Socket>
struct read_initiation {
  Socket* socket;

  template <class Handler>
  void operator()(Handler&& handler, boost::asio::mutable_buffer buffer) const {
    socket->async_read_some(buffer, end_as_zero<std::decay_t<Handler>>{std::forward<Handler>(handler)});
  }
};

/// A deferred read_some whose end of stream is 0.
template <class Socket>
[[nodiscard]] auto read_some(Socket& socket, boost::asio::mutable_buffer buffer) {
  return boost::asio::async_initiate<const boost::asio::deferred_t, void(boost::system::error_code, std::size_t)>(
      read_initiation<Socket>{&socket}, boost::asio::deferred, buffer);
}

}  // namespace weft::net::detail

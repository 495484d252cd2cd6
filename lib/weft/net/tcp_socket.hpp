#pragma once

#include <weft/net/address.hpp>
#include <weft/net/stream_socket.hpp>

#include <boost/asio/ip/tcp.hpp>

namespace weft::net {

/// A connected TCP stream. What it does, and what that costs, is told at stream_socket.
class tcp_socket : public stream_socket<boost::asio::ip::tcp> {
 public:
  using stream_socket::stream_socket;
};

}  // namespace weft::net

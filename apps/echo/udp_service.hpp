#pragma once

#include <weft/core/task.hpp>
#include <weft/net/udp_socket.hpp>

#include "echo/counters.hpp"
#include "echo/reply_limits.hpp"

namespace weft::echo_app {

/// Sends every datagram that the reply rule allows back to where it came from, until it is cancelled.
task<> echo_datagrams(net::udp_socket socket, reply_limits& limits, server_counters& counters);

/// Binds for echo_datagrams(). Errors: as net::udp_bind().
net::udp_socket bind_for_echo(const std::string& host, std::uint16_t port, net::port_sharing sharing);

}  // namespace weft::echo_app

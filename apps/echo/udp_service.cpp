#include "echo/udp_service.hpp"

#include <utility>

#include <weft/core/loop.hpp>

#include "echo/reply_rule.hpp"

namespace weft::echo_app {
namespace {

constexpr std::size_t batch_size = 64;
constexpr std::size_t max_datagram = 65507;
constexpr std::size_t receive_buffer = 4 << 20;

/// Keeps those that are answered.
void choose(net::udp_batch& batch, reply_rule& rule, server_counters& counters) {
  const time_point now = this_loop().now();
  batch.remove_if([&](const net::udp_datagram& each) {
    const reply decided = rule.decide(each, now);
    if (decided == reply::refused) count(counters.refused);
    if (decided == reply::limited) count(counters.limited);
    return decided != reply::yes;
  });
}

}  // namespace

net::udp_socket bind_for_echo(const std::string& host, std::uint16_t port, net::port_sharing sharing) {
  net::udp_options options;
  options.sharing = sharing;
  options.receive_buffer = receive_buffer;
  // Nothing comes to the loopback's own addresses but what was sent to them.
  const auto address = net::parse_address(host);
  options.destination = !net::is_localhost(host) && !(address && address->is_loopback());
  return net::udp_bind(host, port, options);
}

task<> echo_datagrams(net::udp_socket socket, reply_limits& limits, server_counters& counters) {
  reply_rule rule(socket.port(), limits);
  net::udp_batch batch({.count = batch_size, .max_size = max_datagram});
  socket.on_peer_error([&counters](const net::udp_peer_error&) { count(counters.unsent); });
  for (;;) {
    co_await socket.receive_batch(batch);
    choose(batch, rule, counters);
    if (batch.empty()) continue;
    const std::size_t sent = co_await socket.send_batch(batch);
    count(counters.datagrams, sent);
  }
}

}  // namespace weft::echo_app

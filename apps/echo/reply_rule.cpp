#include "echo/reply_rule.hpp"

#include <algorithm>
#include <array>

#include "echo/config.hpp"

namespace weft::echo_app {
namespace {

constexpr std::uint16_t first_free_port = 1024;
/// SSDP, mDNS, memcached, and this server elsewhere: services above 1024 that answer anything that comes.
constexpr std::array<std::uint16_t, 4> responders = {1900, 5353, 11211, default_port};

}  // namespace

reply reply_rule::decide(const net::udp_datagram& datagram, time_point now) {
  const std::uint16_t port = datagram.endpoint.port();
  if (port < first_free_port || port == own_port_) return reply::refused;
  if (std::find(responders.begin(), responders.end(), port) != responders.end()) return reply::refused;
  if (datagram.truncated || datagram.to_many) return reply::refused;
  const net::ip_address source = datagram.endpoint.address();
  if (source.is_loopback()) return reply::yes;
  return limits_->take(source, now) ? reply::yes : reply::limited;
}

}  // namespace weft::echo_app

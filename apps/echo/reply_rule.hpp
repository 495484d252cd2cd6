#pragma once

#include <cstdint>

#include <weft/core/time.hpp>
#include <weft/net/udp_batch.hpp>

#include "echo/reply_limits.hpp"

namespace weft::echo_app {

enum class reply { yes, refused, limited };

/// Decides which datagrams an echo server answers, so that nobody can make it part of a loop or of an attack.
///
/// No reply to ports below 1024, to ports of services that answer anything, to the server's own port wherever it is (it may be
/// another echo server), nor to what came to a broadcast or multicast address. Sources off the loopback are limited.
///
/// Lifetime: `limits` outlives it. Threads: one. Cost: some comparisons, and that of the limits.
class reply_rule {
 public:
  reply_rule(std::uint16_t own_port, reply_limits& limits) noexcept : own_port_(own_port), limits_(&limits) {}

  [[nodiscard]] reply decide(const net::udp_datagram& datagram, time_point now);

 private:
  std::uint16_t own_port_;
  reply_limits* limits_;
};

}  // namespace weft::echo_app

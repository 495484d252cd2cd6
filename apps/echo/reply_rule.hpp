#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <weft/core/time.hpp>
#include <weft/net/address.hpp>
#include <weft/net/udp_batch.hpp>

namespace weft::echo_app {

enum class reply { yes, refused, limited };

/// Decides which datagrams an echo server answers, so that nobody can make it part of a loop or of an attack.
///
/// No reply to ports below 1024, to ports of services that answer anything, to the server's own port wherever it is (it may be
/// another echo server), nor to what came to a broadcast or multicast address. Sources off this host get 100 replies a
/// second, at most 100 at once; IPv6 sources count by their /64.
///
/// Ownership: a table of fixed size. Threads: one. Cost: some comparisons, and a look into the table.
class reply_rule {
 public:
  explicit reply_rule(std::uint16_t own_port);

  [[nodiscard]] reply decide(const net::udp_datagram& datagram, time_point now);

  static constexpr double rate = 100;
  static constexpr double burst = 100;

 private:
  struct bucket {
    std::uint64_t source = 0;  ///< hash; 0: unused
    double tokens = burst;
    time_point since = {};
  };

  [[nodiscard]] bool take_token(const net::ip_address& source, time_point now);

  std::uint16_t own_port_;
  std::uint64_t secret_;
  std::vector<bucket> buckets_;
};

}  // namespace weft::echo_app

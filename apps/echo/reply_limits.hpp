#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include <weft/core/time.hpp>
#include <weft/net/address.hpp>

namespace weft::echo_app {

/// Tokens that come at a rate, up to a number of them.
class token_bucket {
 public:
  explicit token_bucket(double full) noexcept : tokens_(full) {}

  /// Adds what has come since the last time, up to `full`. Times may go back a little, as clocks of several loops do.
  void fill(time_point now, double rate, double full) noexcept;
  /// Takes one; gives whether there was one.
  [[nodiscard]] bool take() noexcept;
  [[nodiscard]] double tokens() const noexcept { return tokens_; }

 private:
  double tokens_;
  time_point since_ = {};
};

/// How many replies the sources that are not on the loopback get: each 100 a second and 100 at once, all of them together
/// 10 000. IPv6 sources count by their /64.
///
/// Ownership: tables of fixed size. Threads: any; the loops of a server share one. Cost: a lock and a look into a table.
class reply_limits {
 public:
  reply_limits();

  /// Whether one more reply may go to `source`.
  [[nodiscard]] bool take(const net::ip_address& source, time_point now);

  static constexpr double rate = 100;
  static constexpr double burst = 100;
  static constexpr double total_rate = 10'000;
  static constexpr double total_burst = 10'000;

 private:
  struct place {
    std::uint64_t source = 0;  ///< hash; 0: unused
    token_bucket tokens{burst};
  };

  std::uint64_t secret_;
  std::mutex mutex_;
  std::vector<place> places_;
  token_bucket total_{total_burst};
};

}  // namespace weft::echo_app

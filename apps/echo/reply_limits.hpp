#pragma once

#include <array>
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
/// A source has a place in a table of sets of four, and leaves it when its burst is full again. While all four of a set are
/// taken by others, it shares the place of one: too few replies rather than too many.
///
/// Ownership: a table of fixed size. Threads: any; the loops of a server share one. Cost: a lock and a look into the table.
class reply_limits {
 public:
  /// `secret` says where in the table a source is, so that nobody can choose whom to share a place with.
  explicit reply_limits(std::uint64_t secret);
  /// With a random secret.
  reply_limits();

  /// Whether one more reply may go to `source`.
  [[nodiscard]] bool take(const net::ip_address& source, time_point now);

  static constexpr double rate = 100;
  static constexpr double burst = 100;
  static constexpr double total_rate = 10'000;
  static constexpr double total_burst = 10'000;

 private:
  struct place {
    std::uint64_t network = 0;  ///< whose tokens these are; anybody's while they are full
    token_bucket tokens{burst};
  };
  using set = std::array<place, 4>;

  token_bucket& tokens_of(std::uint64_t network, time_point now);

  std::uint64_t secret_;
  std::mutex mutex_;
  std::vector<set> sets_;
  token_bucket total_{total_burst};
};

}  // namespace weft::echo_app

#pragma once

#include <weft/http/client.hpp>
#include <weft/http/detail/compose.hpp>
#include <weft/http/detail/exchange.hpp>
#include <weft/http/detail/pool.hpp>

#include <memory>
#include <vector>

namespace weft::http {

/// What a client and its responses share.
class client_state {
 public:
  explicit client_state(client_options chosen);

  /// A used exchange if there is one. It keeps `self` alive until it comes back.
  static detail::exchange_ptr take_exchange(const std::shared_ptr<client_state>& self);
  void give_back(std::unique_ptr<detail::exchange> used) noexcept;

  client_options options;
  detail::default_fields defaults;
  client_stats stats;
  detail::pool connections;

 private:
  std::vector<std::unique_ptr<detail::exchange>> spare_;  // capacity is reserved for all it may hold
};

}  // namespace weft::http

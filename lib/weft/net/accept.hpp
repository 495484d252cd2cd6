#pragma once

#include <weft/base/error.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task.hpp>

#include <spdlog/logger.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>

// What the listeners' accept() share. Private to net/.
namespace weft::net::detail {

enum class accept_failure { connection_lost, exhausted, fatal };

/// accept(2): a new connection's own network error is reported by accept and concerns only that connection.
[[nodiscard]] accept_failure classify_accept(const boost::system::error_code& error) noexcept;

/// Waits for a connection as listener::accept() tells it. `acceptor` and `peer` must outlive the task.
template <class Socket, class Acceptor>
task<Socket> accept_next(Acceptor& acceptor, typename Acceptor::protocol_type::endpoint& peer) {
  constexpr duration first_pause = std::chrono::milliseconds(5);
  constexpr duration longest_pause = std::chrono::seconds(1);
  duration pause = first_pause;
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(peer, boost::asio::as_tuple(boost::asio::deferred));
    if (!error) co_return Socket(std::move(socket));
    switch (classify_accept(error)) {
      case accept_failure::connection_lost: break;
      case accept_failure::exhausted:
        if (pause == first_pause) logger()->warn("cannot accept connections for now: {}", error.message());
        co_await sleep(pause);
        pause = std::min(2 * pause, longest_pause);
        break;
      case accept_failure::fatal: throw_error(error, "cannot accept connections");
    }
  }
}

}  // namespace weft::net::detail

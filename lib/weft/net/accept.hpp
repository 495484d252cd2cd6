#pragma once

#include <weft/base/error.hpp>
#include <weft/core/asio.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task.hpp>

#include <spdlog/logger.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>

#include <sys/socket.h>
#include <unistd.h>

// What the listeners' accept() share. Private to net/.
namespace weft::net::detail {

enum class accept_failure { none_there, connection_lost, exhausted, fatal };

/// accept(2): a new connection's own network error is reported by accept and concerns only that connection.
[[nodiscard]] accept_failure classify_accept(const boost::system::error_code& error) noexcept;

/// Takes a connection if there is one; gives its descriptor, which programs that are started do not inherit, and the size
/// of the peer's address.
[[nodiscard]] int accept_now(int listener, sockaddr* peer, socklen_t& size, boost::system::error_code& error) noexcept;

/// Waits for a connection as listener::accept() tells it. `acceptor` and `peer` must outlive the task.
template <class Socket, class Acceptor>
task<Socket> accept_next(Acceptor& acceptor, typename Acceptor::protocol_type::endpoint& peer) {
  constexpr duration first_pause = std::chrono::milliseconds(5);
  constexpr duration longest_pause = std::chrono::seconds(1);
  duration pause = first_pause;
  if (!acceptor.native_non_blocking()) acceptor.native_non_blocking(true);
  co_await yield();  // many connections that are there already do not hold up the others
  for (;;) {
    boost::system::error_code error;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int accepted = accept_now(acceptor.native_handle(), peer.data(), size, error);
    if (!error) {
      peer.resize(size);
      typename Socket::asio_socket socket(this_loop().get_executor());
      socket.assign(peer.protocol(), accepted, error);
      if (!error) co_return Socket(std::move(socket));
      ::close(accepted);
    }
    switch (classify_accept(error)) {
      case accept_failure::none_there: {
        const auto [failed] =
            co_await acceptor.async_wait(acceptor.wait_read, boost::asio::as_tuple(boost::asio::deferred));
        if (failed) throw_error(failed, "cannot accept connections");
        break;
      }
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

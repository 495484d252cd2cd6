#pragma once

#include <cstdint>
#include <type_traits>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace weft::app {

/// Calls `open(port)`, which binds sockets of several protocols to one port, and gives what it gives. Port 0 lets the system
/// choose one for the first of them: where another program has that one for the next, it is called again.
template <class F>
std::invoke_result_t<F&, std::uint16_t> open_on_one_port(std::uint16_t port, F open) {
  constexpr int most_tries = 100;
  for (int left = most_tries; port == 0 && left > 0; --left) {
    try {
      return open(port);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::address_in_use) throw;
    }
  }
  return open(port);
}

}  // namespace weft::app

#pragma once

#include <weft/core/task.hpp>
#include <weft/net/udp_socket.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <exception>
#include <string>

// What the tests of UDP share.
namespace datagrams {

inline weft::task<std::string> receive_text(weft::net::udp_socket& socket) {
  std::array<char, 2048> buffer{};
  const auto got = co_await socket.receive_from(buffer);
  co_return std::string(buffer.data(), got.size);
}

/// One round trip through the reactor with a socket of its own: what was begun before waits in the reactor then.
inline weft::task<> until_it_waits(weft::net::udp_socket& sender) {
  for (int turn = 0; turn < 2; ++turn) {
    auto own = weft::net::udp_bind(weft::net::udp_endpoint(sender.local_endpoint().address(), 0));
    co_await sender.send_to("x", own.local_endpoint());
    co_await receive_text(own);
    co_await weft::yield();
  }
}

inline boost::system::error_code code_of(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const boost::system::system_error& failure) {
    return failure.code();
  }
  return {};
}

}  // namespace datagrams

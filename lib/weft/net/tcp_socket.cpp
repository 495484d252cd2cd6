#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>
#include <weft/net/tcp_socket.hpp>

namespace weft::net {

namespace {

constexpr std::size_t read_step = 4096;

}  // namespace

task<std::size_t> tcp_socket::read_until(std::string& text, std::string delimiter, std::size_t limit) {
  std::size_t searched = 0;
  for (;;) {
    const auto found = text.find(delimiter, searched);
    if (found != std::string::npos) co_return found + delimiter.size();
    if (text.size() >= limit) {
      throw boost::system::system_error(make_error_code(boost::system::errc::message_size),
                                        "line longer than " + std::to_string(limit) + " bytes");
    }
    const std::size_t had = text.size();
    searched = had - std::min(had, delimiter.size() - 1);
    text.resize(had + std::min(read_step, limit - had));
    std::size_t got = 0;
    try {
      got = co_await read_some(std::span(text).subspan(had));
    } catch (...) {
      text.resize(had);
      throw;
    }
    text.resize(had + got);
    if (got > 0) continue;
    if (text.empty()) co_return 0;
    throw boost::system::system_error(boost::asio::error::eof, "stream ended within a line");
  }
}

bool tcp_socket::has_input() const noexcept {
  char byte = 0;
  const auto got = ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void tcp_socket::shutdown_write() noexcept {
  boost::system::error_code peer_gone;
  socket_.shutdown(asio_socket::shutdown_send, peer_gone);
}

void tcp_socket::close() noexcept {
  boost::system::error_code closed_anyway;
  socket_.close(closed_anyway);
}

void tcp_socket::reset() noexcept {
  boost::system::error_code peer_gone;
  socket_.set_option(asio_socket::linger(true, 0), peer_gone);
  close();
}

int tcp_socket::native_handle() const noexcept { return socket_.native_handle(); }

}  // namespace weft::net

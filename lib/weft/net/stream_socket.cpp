#include <weft/net/stream_socket.hpp>

#include <weft/base/error.hpp>
#include <weft/core/sleep.hpp>
#include <weft/net/read_until.hpp>

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace weft::net {

namespace {

bool would_wait(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

template <class Protocol>
task<std::size_t> stream_socket<Protocol>::read_until(std::string& text, std::string delimiter, std::size_t limit) {
  return detail::read_until(*this, text, std::move(delimiter), limit);
}

template <class Protocol>
task<std::size_t> stream_socket<Protocol>::splice_some(byte_pipe& into, std::size_t max) {
  for (;;) {
    weft::detail::current_task().check();
    if (!is_open()) throw_error(boost::asio::error::operation_aborted, "cannot read");
    // splice(2) has no flag that keeps it from waiting for the socket, and an accepted one is a blocking one so far.
    if (!socket_.native_non_blocking()) socket_.native_non_blocking(true);
    const auto [moved, error] = into.fill_from(native_handle(), max);
    if (error == 0) {
      if (++reads_.in_place % detail::reads_per_turn == 0) co_await yield();
      co_return moved;
    }
    if (!would_wait(error)) throw_errno(error, "cannot read");
    if (into.is_full()) co_return 0;
    co_await wait_readable();
  }
}

template <class Protocol>
bool stream_socket<Protocol>::has_input() const noexcept {
  char byte = 0;
  const auto got = ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || !would_wait(errno);
}

template <class Protocol>
void stream_socket<Protocol>::shutdown_write() noexcept {
  boost::system::error_code peer_gone;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, peer_gone);
}

template <class Protocol>
void stream_socket<Protocol>::close() noexcept {
  boost::system::error_code closed_anyway;
  socket_.close(closed_anyway);
}

template <class Protocol>
void stream_socket<Protocol>::reset() noexcept {
  boost::system::error_code peer_gone;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), peer_gone);
  close();
}

template <class Protocol>
int stream_socket<Protocol>::native_handle() const noexcept {
  return socket_.native_handle();
}

template class stream_socket<boost::asio::ip::tcp>;
template class stream_socket<boost::asio::local::stream_protocol>;

}  // namespace weft::net

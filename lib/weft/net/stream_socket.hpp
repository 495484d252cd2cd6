#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <weft/base/byte_pipe.hpp>
#include <weft/core/asio.hpp>
#include <weft/core/task.hpp>
#include <weft/net/buffer.hpp>
#include <weft/net/read_operation.hpp>
#include <weft/net/write_operation.hpp>

namespace weft::net {

/// How long read_until() may let a line grow before it gives up.
inline constexpr std::size_t default_line_limit = 64 * 1024;

/// A connected stream of bytes over a socket of `Protocol`: see tcp_socket and unix_socket.
///
/// Ownership:    owns the descriptor; move-only. Buffers belong to the caller and must live until the operation ends.
/// Lifetime:     must not be moved or destroyed while an operation on it is awaited.
/// Threads:      confined to its loop. One read and one write may be awaited at the same time, not two of a kind.
/// Cancellation: a killed task's operation is aborted; bytes that arrived stay unread, a write may have sent a part.
/// Errors:       boost::system::system_error with the system's code; end of stream is the result 0, not an error.
/// Cost:         no allocation per operation.
template <class Protocol>
class stream_socket {
 public:
  using asio_socket = boost::asio::basic_stream_socket<Protocol, boost::asio::io_context::executor_type>;

  template <std::size_t Count>
  using write_operation = detail::write_operation<asio_socket, Count>;

  /// Takes over a connected socket.
  explicit stream_socket(asio_socket socket) noexcept : socket_(std::move(socket)) {}

  stream_socket(stream_socket&&) noexcept = default;
  stream_socket& operator=(stream_socket&&) noexcept = default;
  stream_socket(const stream_socket&) = delete;
  stream_socket& operator=(const stream_socket&) = delete;
  ~stream_socket() = default;

  /// Awaitable, std::size_t: waits for bytes and gives how many were stored; 0 when the peer ended its side (or for an
  /// empty buffer).
  [[nodiscard]] detail::read_operation<asio_socket> read_some(mutable_bytes buffer) {
    return detail::read_operation<asio_socket>(socket_, reads_, buffer.asio());
  }

  /// Awaitable, std::size_t: fills the whole buffer; throws boost::asio::error::eof when the stream ends before.
  [[nodiscard]] auto read_exactly(mutable_bytes buffer) {
    return boost::asio::async_read(socket_, buffer.asio(), boost::asio::deferred);
  }

  /// Reads until `text` holds `delimiter` and gives the position behind it; more may have been read and stays in `text`
  /// for the next call.
  ///
  /// 0 when the stream ended and `text` is empty. Throws boost::asio::error::eof when it ended within a line, and
  /// std::errc::message_size when `text` holds `limit` bytes without the delimiter; what was read stays in `text`.
  task<std::size_t> read_until(std::string& text, std::string delimiter, std::size_t limit = default_line_limit);

  /// Waits for bytes and moves what is there, at most `max` bytes, into a pipe without a copy; gives how many. 0 when the
  /// peer ended its side, and when into.is_full().
  task<std::size_t> splice_some(byte_pipe& into, std::size_t max);

  /// Says that the next read will wait longer than others that are ready now, as for the answer to a request: it does
  /// not look first whether something has come already.
  void expect_wait() noexcept { reads_.distant = true; }

  /// Awaitable, std::size_t: sends the whole buffer. Waits only when the socket does not take it at once, and now and
  /// then to let others run.
  [[nodiscard]] write_operation<1> write_all(const_bytes buffer) { return {socket_, writes_, {buffer.asio()}}; }

  /// Awaitable, std::size_t: sends all buffers, in order, as one gathered write as far as the system takes it.
  template <class... More>
    requires(std::constructible_from<const_bytes, More> && ...)
  [[nodiscard]] write_operation<2 + sizeof...(More)> write_all(const_bytes first, const_bytes second, More&&... more) {
    return {socket_, writes_, {first.asio(), second.asio(), const_bytes(std::forward<More>(more)).asio()...}};
  }

  /// Awaitable: waits until a read would not wait: bytes, end of stream or an error are there. Takes nothing.
  [[nodiscard]] auto wait_readable() { return socket_.async_wait(asio_socket::wait_read, boost::asio::deferred); }

  /// Awaitable: waits until a write would not wait.
  [[nodiscard]] auto wait_writable() { return socket_.async_wait(asio_socket::wait_write, boost::asio::deferred); }

  /// Whether bytes, end of stream or an error wait to be read. Never suspends; one system call.
  [[nodiscard]] bool has_input() const noexcept;

  /// Tells the peer that nothing more will be written. Harmless when the peer is already gone.
  void shutdown_write() noexcept;

  /// Closes; an operation still awaited ends with boost::asio::error::operation_aborted. Idempotent.
  void close() noexcept;

  /// Closes so that the peer gets a reset instead of an end of stream. Idempotent.
  void reset() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }

  /// Throws when not connected.
  [[nodiscard]] typename Protocol::endpoint local_endpoint() const { return socket_.local_endpoint(); }
  [[nodiscard]] typename Protocol::endpoint remote_endpoint() const { return socket_.remote_endpoint(); }

  /// Sets an Asio socket option, e.g. boost::asio::socket_base::keep_alive(true).
  template <class Option>
  void set_option(const Option& option) {
    socket_.set_option(option);
  }

  [[nodiscard]] int native_handle() const noexcept;

  /// The Asio object, for what is not offered here.
  [[nodiscard]] asio_socket& asio() noexcept { return socket_; }

 private:
  mutable asio_socket socket_;
  detail::read_history reads_;
  unsigned writes_ = 0;
};

extern template class stream_socket<boost::asio::ip::tcp>;
extern template class stream_socket<boost::asio::local::stream_protocol>;

}  // namespace weft::net

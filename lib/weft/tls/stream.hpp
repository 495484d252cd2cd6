#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/buffer.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/tls/context.hpp>
#include <weft/tls/error.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace weft::tls {

/// A TLS connection over a TCP socket or any other stream, after its handshake.
///
/// Ownership:    owns what it runs over; move-only. Buffers belong to the caller and must live until the operation ends.
/// Lifetime:     must not be moved or destroyed while an operation on it is awaited.
/// Threads:      confined to its loop. One read and one write may be awaited at the same time, not two of a kind.
/// Cancellation: a write that was cut short leaves the stream unusable; close it.
/// Errors:       tls::error, and boost::system::system_error of the socket. After either only close() makes sense.
/// Cost:         one coroutine frame per operation; buffers are released while nothing is in flight.
class stream {
 public:
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;
  ~stream();

  /// Waits for data and gives how many bytes were stored; 0 only when the peer ended the stream with a close_notify.
  /// A TCP stream that just ends is error_kind::truncated.
  task<std::size_t> read_some(net::mutable_bytes buffer);

  /// Fills the whole buffer; throws boost::asio::error::eof when the stream ends before.
  task<std::size_t> read_exactly(net::mutable_bytes buffer);

  /// As net::tcp_socket::read_until().
  task<std::size_t> read_until(std::string& text, std::string delimiter, std::size_t limit = net::default_line_limit);

  /// Sends the whole buffer.
  task<std::size_t> write_all(net::const_bytes buffer);

  /// Waits until has_input(), or until more has come from the peer: a part of a record does not end the wait at once.
  task<> wait_readable();

  /// Whether decrypted data, end of stream or an error can be read without waiting; the next read throws the error.
  /// Session tickets are taken in and do not count.
  [[nodiscard]] bool has_input() noexcept;

  /// Sends close_notify, waits up to `budget` for the peer's, discarding data, and closes.
  ///
  /// However it ends, the stream is closed. A peer that fails or does not answer is no error. Cancellation closes at
  /// once, as close() does, and is rethrown.
  task<> shutdown(duration budget = std::chrono::seconds(2));

  /// Closes at once; sends close_notify if the socket takes it without waiting. Idempotent.
  void close() noexcept;

  [[nodiscard]] bool is_open() const noexcept;

  /// Whether the handshake resumed an earlier session.
  [[nodiscard]] bool resumed() const noexcept;
  /// "TLSv1.2" or "TLSv1.3".
  [[nodiscard]] std::string_view version() const noexcept;
  [[nodiscard]] std::string_view cipher() const noexcept;
  /// The protocol both sides agreed on, e.g. "http/1.1"; empty when none.
  [[nodiscard]] std::string_view alpn() const noexcept;
  /// The name the client asked for (SNI); empty when none.
  [[nodiscard]] std::string_view server_name() const noexcept;

  /// The socket beneath: endpoints and options. Reading or writing it breaks the stream.
  /// Precondition: the stream is one over TCP.
  [[nodiscard]] net::tcp_socket& socket() noexcept;

 private:
  friend struct handshake_access;
  struct state;
  explicit stream(std::unique_ptr<state> made) noexcept;
  std::unique_ptr<state> state_;
};

}  // namespace weft::tls

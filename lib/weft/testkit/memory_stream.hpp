#pragma once

#include <weft/core/task.hpp>
#include <weft/net/buffer.hpp>
#include <weft/net/tcp_socket.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft::testkit {

/// One end of a connection that exists in memory only, with the operations of net::tcp_socket.
///
/// Ownership:    move-only; buffers belong to the caller and must live until the operation ends. Destroying it closes
///               it.
/// Lifetime:     must not be moved or destroyed while an operation on it is awaited.
/// Threads:      one loop. One read and one write may be awaited at the same time, not two of a kind.
/// Cancellation: bytes that a killed read did not give out stay unread; a killed write may have sent a part.
/// Errors:       boost::system::system_error: broken_pipe for writing to an end that is closed, or after
///               shutdown_write(); operation_aborted for what waits at close(), bad_descriptor after it. End of stream
///               is the result 0.
class memory_stream {
 public:
  memory_stream(memory_stream&&) noexcept = default;
  memory_stream& operator=(memory_stream&& other) noexcept;
  memory_stream(const memory_stream&) = delete;
  memory_stream& operator=(const memory_stream&) = delete;
  ~memory_stream() { close(); }

  /// Waits for bytes and gives how many were stored; 0 when the other end has ended its side (or for an empty buffer).
  [[nodiscard]] task<std::size_t> read_some(net::mutable_bytes buffer);
  /// Fills the whole buffer; throws boost::asio::error::eof when the stream ends before.
  [[nodiscard]] task<std::size_t> read_exactly(net::mutable_bytes buffer);
  /// As net::tcp_socket::read_until().
  [[nodiscard]] task<std::size_t> read_until(std::string& text, std::string delimiter,
                                             std::size_t limit = net::default_line_limit);

  /// Sends the whole buffer; waits while the other end holds as many unread bytes as there is room for.
  [[nodiscard]] task<std::size_t> write_all(net::const_bytes buffer);
  /// Sends all buffers, in order.
  template <class... More>
    requires(std::constructible_from<net::const_bytes, More> && ...)
  [[nodiscard]] task<std::size_t> write_all(net::const_bytes first, net::const_bytes second, More&&... more) {
    return write_each({first, second, net::const_bytes(std::forward<More>(more))...});
  }

  /// Tells the other end that nothing more will be written.
  void shutdown_write() noexcept;
  /// Idempotent. What was written can still be read at the other end.
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return in_ != nullptr; }

 private:
  class pipe;
  friend std::pair<memory_stream, memory_stream> memory_streams(std::size_t capacity);

  memory_stream(std::shared_ptr<pipe> in, std::shared_ptr<pipe> out) noexcept
      : in_(std::move(in)), out_(std::move(out)) {}
  task<std::size_t> write_each(std::vector<net::const_bytes> buffers);

  // Both null once it is closed.
  std::shared_ptr<pipe> in_;
  std::shared_ptr<pipe> out_;
};

/// Two connected ends; each direction holds `capacity` bytes that were written and not read yet.
/// Errors: std::invalid_argument for a capacity of 0.
[[nodiscard]] std::pair<memory_stream, memory_stream> memory_streams(std::size_t capacity = 64 * 1024);

}  // namespace weft::testkit

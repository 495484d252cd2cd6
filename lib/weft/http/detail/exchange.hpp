#pragma once

#include <weft/base/byte_pipe.hpp>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/http/chunked.hpp>
#include <weft/http/client.hpp>
#include <weft/http/coding.hpp>
#include <weft/http/detail/pool.hpp>
#include <weft/http/detail/translate.hpp>
#include <weft/http/framing.hpp>
#include <weft/http/gate.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weft::http::detail {

/// A growing buffer of bytes that are not initialised.
class byte_buffer {
 public:
  explicit byte_buffer(std::size_t size) : bytes_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}
  [[nodiscard]] std::span<std::byte> span() const noexcept { return {bytes_.get(), size_}; }
  /// Keeps the first `used` bytes.
  void grow(std::size_t size, std::size_t used);

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_;
};

/// One request and its answer on one connection: what stands behind a response.
///
/// Ownership:  a client keeps a few used ones, so that a warm request allocates neither buffers nor field indexes.
/// Invariants: the lease has a connection exactly while body bytes are still to come from it; [begin_, end_) of the
///             buffer holds body bytes without framing that were received but not given out yet.
/// Sources:    exchange.cpp has the request, the head and the deadlines, exchange_body.cpp what follows the head.
class exchange {
 public:
  explicit exchange(const client_options& options) : gate_(options.limits, head_rules::tolerant) {}

  /// Ends the exchange; what is left of the body is not waited for.
  void drop() noexcept { connection_.close(); }

  /// Forgets the last message; keeps the memory.
  void reset() noexcept;

  /// Sends `request_text` and reads the head of the final answer. Errors are http::error without address.
  task<> run(lease connection, std::string_view method);

  [[nodiscard]] task<std::size_t> read_some(std::span<std::byte> into);
  [[nodiscard]] task<std::span<const std::byte>> next();
  [[nodiscard]] bool is_movable() const noexcept;
  [[nodiscard]] task<std::size_t> move_some(byte_pipe& into);

  [[nodiscard]] error_phase phase() const noexcept { return phase_; }
  /// Is the memory it holds what an ordinary answer needs?
  [[nodiscard]] bool is_small() const noexcept;
  [[nodiscard]] bool connected() const noexcept { return connection_.get() != nullptr; }

  /// The body's announced size on the wire, also in an answer to HEAD.
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept;

  /// Throws what reading would throw from here on, with the address.
  [[noreturn]] void fail(const error& reason);

  std::shared_ptr<client_state> owner;  // set while in use
  std::string request_text;
  std::optional<http::url> address;
  response_head head;
  response_framing framing;
  http::timings times;
  time_point started{};
  time_point deadline = time_point::max();
  std::size_t attempts = 0;
  std::size_t redirects = 0;
  bool reused = false;
  bool answered = false;  // a byte of the answer has arrived
  bool decodes = false;   // takes a content coding off
  request_progress sent = request_progress::none;
  net::tcp_endpoint remote;
  std::string tls_version;
  std::uint64_t received = 0;

 private:
  static constexpr std::size_t buffer_size = 64 * 1024;

  task<> send_request();
  task<> read_head(std::string_view method);
  std::size_t next_interim(std::size_t head_size, std::size_t received_size);
  void begin_body(std::size_t head_size, std::size_t received_size);

  /// Bytes from the wire into memory, or at most `max` through a pipe; 0 at the end of the stream. Deadline: of the
  /// phase, the exchange and the slow limit.
  task<std::size_t> receive(std::span<std::byte> into, byte_pipe* through = nullptr, std::size_t max = 0);
  [[nodiscard]] time_point phase_deadline() noexcept;
  [[nodiscard]] time_point until(const std::optional<duration>& limit) const noexcept;
  bool renew_slow_window();
  [[noreturn]] void throw_timeout();
  void count(std::size_t size) noexcept;

  /// Body bytes without framing into `into`; 0 at the end.
  task<std::size_t> read_wire(std::span<std::byte> into);
  task<std::size_t> move_wire(byte_pipe& into);
  [[noreturn]] void throw_incomplete() const;
  /// Awaits a read of the body; however it fails, the connection is given up.
  task<std::size_t> guarded(task<std::size_t> read);
  std::size_t take_length(std::size_t size);
  std::size_t take_chunked(std::span<std::byte> bytes);
  task<bool> fill();
  task<std::size_t> read_plain(std::span<std::byte> into);
  task<std::size_t> read_decoded(std::span<std::byte> into);
  [[nodiscard]] std::span<const std::byte> buffered() const noexcept {
    return buffer_.span().subspan(begin_, end_ - begin_);
  }
  [[nodiscard]] bool wire_done() const noexcept { return connection_.get() == nullptr; }
  void finish_wire();
  void apply_keep_alive_hint();
  void check_failed() const;

  head_gate gate_;
  lease connection_;
  byte_buffer buffer_{buffer_size};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t left_ = 0;  // of a body with a length, still to come from the wire
  chunked_decoder chunks_;
  std::optional<body_decoder> decoder_;
  std::optional<byte_buffer> decoded_;  // for next() with a decoder
  error_phase phase_ = error_phase::send;
  time_point head_deadline_{};
  bool extra_ = false;  // the server sent more than the message
  std::optional<error> failure_;
  time_point slow_window_{};
  std::uint64_t slow_received_ = 0;
};

}  // namespace weft::http::detail

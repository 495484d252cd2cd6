#pragma once

#include <weft/base/byte_pipe.hpp>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/fs/atomic_file.hpp>
#include <weft/http/headers.hpp>
#include <weft/http/url.hpp>
#include <weft/net/address.hpp>
#include <weft/net/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

namespace detail {
class exchange;
struct exchange_deleter {
  void operator()(exchange* used) const noexcept;
};
using exchange_ptr = std::unique_ptr<exchange, exchange_deleter>;
}  // namespace detail

/// When things had happened, since send() was called; of the last request of a chain of redirects. A reused connection
/// has no lookup, connect and TLS of its own.
struct timings {
  std::optional<duration> resolved;
  std::optional<duration> connected;
  std::optional<duration> secured;  ///< TLS handshake done
  duration sent{};                  ///< request given to the system
  duration first_byte{};
};

/// The head of an answer, and its body as it arrives.
///
/// Ownership:    owns its connection until the body has arrived, then gives it back to the client's pool; and a 64 KiB
///               buffer.
/// Lifetime:     may outlive the client. Destroying one whose body has not arrived closes the connection, at once.
///               Views that it gives live as long as it does.
/// Threads:      confined to the client's loop; one reading operation at a time.
/// Cancellation: of a read gives the connection up; the rest of the body is lost.
/// Errors:       reads throw http::error: body_incomplete, timeout_body, timeout_total, protocol_error, decode_failed
///               What was read before stays valid. After an error every further read throws it again.
/// Cost:         no allocation per read.
class response {
 public:
  explicit response(detail::exchange_ptr exchange) noexcept;
  response(response&&) noexcept;
  response& operator=(response&&) noexcept;
  ~response();

  [[nodiscard]] int status() const noexcept;
  /// 200-299?
  [[nodiscard]] bool ok() const noexcept { return status() >= 200 && status() < 300; }
  /// As the server wrote it; escape it before it is printed.
  [[nodiscard]] std::string_view reason() const noexcept;
  [[nodiscard]] const http::headers& headers() const noexcept;
  /// The address that answered, after redirects.
  [[nodiscard]] const http::url& url() const noexcept;
  [[nodiscard]] std::size_t redirects() const noexcept;
  /// Requests sent for this answer, those to redirecting addresses and on stale connections included.
  [[nodiscard]] std::size_t attempts() const noexcept;
  /// Was the connection used before?
  [[nodiscard]] bool reused() const noexcept;
  [[nodiscard]] net::tcp_endpoint remote() const noexcept;
  [[nodiscard]] const http::timings& timings() const noexcept;
  /// "TLSv1.3", empty without TLS.
  [[nodiscard]] std::string_view tls_version() const noexcept;
  /// Bytes of the body as sent by the server, when it says so; not those after decoding.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
  /// Body bytes received so far, before decoding.
  [[nodiscard]] std::uint64_t received() const noexcept;

  /// Throws http::error status_error for a status of 400 and above.
  void raise_for_status() const;

  /// Waits for body bytes and gives how many were stored; 0 at the end only, when the whole body has arrived as
  /// announced (or for an empty buffer). Bytes of the buffer behind those may have been overwritten.
  task<std::size_t> read_some(net::mutable_bytes buffer);
  /// The same without a copy: the bytes are valid until the next read. Empty at the end only.
  task<std::span<const std::byte>> next();
  /// Can the rest of the body be moved with move_some()? It comes as it is, by its length, without TLS.
  [[nodiscard]] bool is_movable() const noexcept;
  /// Waits for body bytes and moves them into a pipe without a copy; gives how many. 0 at the end of the body, and when
  /// into.is_full(). Only where is_movable(), and behind a next(), which gives what was received with the head; throws
  /// std::logic_error while there is some of that.
  task<std::size_t> move_some(byte_pipe& into);
  /// The rest of the body; throws body_too_large when it is more than `max` bytes.
  task<std::vector<std::byte>> bytes(std::size_t max = 64 * 1024 * 1024);
  /// The rest of the body, byte for byte, whatever its charset.
  task<std::string> text(std::size_t max = 64 * 1024 * 1024);
  /// Writes the rest of the body to a file that appears when it is complete, and gives its size. The folder must exist.
  /// Also throws what fs::atomic_file throws, and system_error file_exists for a name that is to be kept.
  task<std::uint64_t> save(std::filesystem::path path, fs::atomic_file_options options = {});

 private:
  detail::exchange_ptr exchange_;
};

}  // namespace weft::http

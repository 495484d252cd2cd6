#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/http/error.hpp>
#include <weft/http/gate.hpp>
#include <weft/http/headers.hpp>
#include <weft/http/request.hpp>
#include <weft/http/response.hpp>
#include <weft/http/url.hpp>
#include <weft/net/address.hpp>
#include <weft/tls/context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::http {

/// A body slower than this is given up, like one that stalls.
struct slow_limit {
  std::uint64_t bytes_per_second = 1000;
  duration over = std::chrono::seconds(30);
};

/// How long each phase may take; none means as long as it takes.
struct timeout_options {
  std::optional<duration> acquire{};  ///< waiting for one of the origin's connections
  std::optional<duration> resolve = std::chrono::seconds(10);
  std::optional<duration> connect = std::chrono::seconds(10);  ///< all addresses together
  std::optional<duration> tls = std::chrono::seconds(10);
  std::optional<duration> write = std::chrono::seconds(30);
  std::optional<duration> first_byte = std::chrono::seconds(30);  ///< from the request sent to the whole head received
  std::optional<duration> body = std::chrono::seconds(60);        ///< without a single byte
  std::optional<slow_limit> slow{};
  std::optional<duration> total{};  ///< redirects and body included
};

struct pool_options {
  std::optional<std::size_t> per_origin =
      64;                      ///< connections to one origin; further requests wait, first come first served
  std::size_t max_idle = 256;  ///< connections kept for later; the longest idle ones are closed
  duration idle_timeout = std::chrono::seconds(60);
};

enum class downgrade { refuse, allow };

struct redirect_options {
  std::size_t limit = 20;  ///< 0: a redirecting answer is given to the caller as it is
  downgrade https_to_http = downgrade::refuse;
  /// Dropped at another origin, besides Authorization, Cookie, Host and their like.
  std::vector<std::string> sensitive_headers{};
};

enum class decoding {
  none,      ///< bodies come as the server sends them; it is asked to send them plain
  automatic  ///< gzip and deflate are asked for, and taken off
};

struct client_options {
  timeout_options timeouts{};
  pool_options pool{};
  redirect_options redirects{};
  decoding decode = decoding::none;
  std::optional<tls::context> tls{};  ///< none: tls::context::shared()
  head_limits limits{};
  std::optional<std::uint64_t> max_decoded{};  ///< bytes of one decoded body
  std::string user_agent = "weft/0.1";
  http::headers headers{};  ///< sent with every request
  /// Called with each address before it is connected to, on redirects too; false refuses it.
  std::function<bool(const net::ip_address&)> address_filter{};
};

struct client_stats {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;  ///< made
  std::uint64_t reused = 0;       ///< requests on a connection that was used before
  std::uint64_t stale = 0;        ///< requests sent again because such a connection turned out to be closed
  std::uint64_t received = 0;     ///< body bytes, before decoding
  std::size_t idle = 0;           ///< connections at this moment
  std::size_t active = 0;
};

/// Sends requests and keeps connections for the next ones.
///
/// Ownership:    owns its idle connections; a response owns its own until its body has arrived.
/// Lifetime:     ends before its loop does. Destroying it closes the idle connections; requests in progress and
///               responses go on.
/// Threads:      confined to the loop it is first used on.
/// Cancellation: of send() closes the connection it was using; the pool never holds a half-used one.
/// Errors:       http::error. An answer with any status is no error.
/// Cost:         a request on a kept connection: one write, one read with a small body, at most two allocations.
///
/// A request whose kept connection turns out to have been closed is sent once more on a fresh one, when the method is
/// idempotent and no byte of an answer came (RFC 9110, 9.2.2).
class client {
 public:
  explicit client(client_options options = {});
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;
  ~client();

  /// Completes when the head of the final answer has arrived; redirects were followed.
  task<response> send(request asked);
  task<response> get(std::string_view url);
  task<response> get(url address);
  task<response> head(std::string_view url);
  task<response> head(url address);

  [[nodiscard]] client_stats stats() const noexcept;
  /// Closes the idle connections.
  void close_idle() noexcept;

 private:
  std::shared_ptr<class client_state> state_;
};

/// The client that get() uses on this loop, with default options.
[[nodiscard]] client& default_client();

/// client::get() of default_client().
task<response> get(std::string_view url);
task<response> head(std::string_view url);

}  // namespace weft::http

#pragma once

#include <weft/core/loop.hpp>
#include <weft/core/task.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/tls/carrier.hpp>
#include <weft/tls/context_state.hpp>
#include <weft/tls/openssl.hpp>
#include <weft/tls/stream.hpp>

#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <openssl/err.h>

namespace weft::tls {

/// Whether an operation sends the records that it leaves, or the next write does.
enum class output { now, later };

/// OpenSSL and what its bytes go over. Private to tls/.
///
/// Invariants: the addresses of `ssl` and `owner` never change; after `broken` no call into OpenSSL is made but
///             SSL_free.
struct stream::state {
  state(net::tcp_socket over, context from, std::string name);
  state(std::unique_ptr<transport> over, context from, std::string name);
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state();

  /// Calls `f(SSL*)` until it succeeds (gives 1), waiting for the socket or transport in between.
  /// Gives false when the peer ended the stream with close_notify; throws for every other failure.
  /// Over a transport, what it leaves to be sent goes `when` it says: a read must not wait for a peer that does not read.
  template <class F>
  task<bool> complete(F f, output when = output::now) {
    for (;;) {
      weft::detail::current_task().check();
      if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
      if (broken) throw error(error_kind::protocol, label + ": has failed or was closed before");
      ::ERR_clear_error();
      errno = 0;
      const int result = f(ssl.get());
      const int system_error = errno;
      const int why = result == 1 ? SSL_ERROR_NONE : ::SSL_get_error(ssl.get(), result);
      const bool failed = why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL;
      if (failed) keep_failure(why, system_error);
      if (failed) {
        if (beneath->has_output()) co_await beneath->send_alert();
        continue;
      }
      if (when == output::now && beneath->has_output()) co_await beneath->send_output();
      if (why == SSL_ERROR_NONE) break;
      if (why == SSL_ERROR_ZERO_RETURN) co_return false;
      net::tcp_socket* const socket = beneath->socket();
      if (socket == nullptr) {
        co_await beneath->receive();  // room in memory is always there
      } else if (why == SSL_ERROR_WANT_READ) {
        co_await socket->wait_readable();
      } else {
        co_await socket->wait_writable();
      }
    }
    co_return true;
  }

  /// Keeps, for the next operation to throw, what a call that itself throws nothing has failed with.
  void keep_failure(int ssl_error, int system_error) noexcept;

  /// Counts a record that is read or written; gives whether the task should give way to others first.
  [[nodiscard]] bool count_record() noexcept;

  std::optional<carrier> beneath;  ///< always there
  context settings;
  session_owner owner;
  std::string label;  ///< of error messages: "TLS connection with 'a.example'"
  openssl_ptr<SSL> ssl;
  unsigned uninterrupted = 0;    ///< records since the task last gave way to others
  bool broken = false;           ///< failed or closed
  std::exception_ptr failure;    ///< only where broken: found by looking, and not thrown yet
  bool write_cut_short = false;  ///< or still going on: a record may be half sent, and nothing else may follow it

 private:
  state(context from, std::string name);
};

/// The way between a stream and its state, for tls/'s own sources.
struct handshake_access {
  using state = stream::state;
  [[nodiscard]] static stream make(std::unique_ptr<state> from) noexcept { return stream(std::move(from)); }
};

}  // namespace weft::tls

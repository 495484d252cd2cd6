#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/tcp_socket.hpp>
#include <weft/net/unix_socket.hpp>

namespace weft::net {

struct serve_options {
  /// Connections served at once, at least one; while they are all taken none is accepted.
  std::optional<std::size_t> max_connections;
  /// How long running handlers may go on after the server was cancelled or can accept no more; duration::max() is as
  /// long as they take.
  duration drain = std::chrono::seconds(1);
};

using connection_handler = std::function<task<>(tcp_socket)>;

/// Accepts connections until cancelled and runs `handler` for each in a task of its own.
///
/// Ends only when every handler has ended. Cancellation closes the listener first, lets the handlers finish within
/// `drain` and cancels those that are left; so does the end of the main task where this is a task beside it, within
/// run_options::shutdown_grace. A handler's exception is logged with its peer and ends that connection only. Throws,
/// after the same drain, when accepting fails for good.
task<> serve(listener source, connection_handler handler, serve_options options = {});

using unix_connection_handler = std::function<task<>(unix_socket)>;

/// serve() for a Unix socket.
task<> serve_unix(unix_listener source, unix_connection_handler handler, serve_options options = {});

/// serve() on every loop of run(): each listens on the address of `source`, and the kernel spreads the connections.
///
/// `source` is listening with port_sharing::shared. Every loop calls a copy of `handler` on its own thread: what the
/// copies share has to be fit for that. `max_connections` is for each loop. Completes as serve() does, when every handler
/// of every loop has ended; the first loop that fails ends the others. Connections that the kernel has given to a
/// listener which then closes are lost to their peers, as with any listener.
/// Errors: also std::invalid_argument for a listener that does not share its port.
task<> serve_each(listener source, connection_handler handler, serve_options options = {});

}  // namespace weft::net

#include <weft/net/serve.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/task_group.hpp>
#include <weft/core/timeout.hpp>
#include <weft/mt/spawn_on.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/semaphore.hpp>

#include <spdlog/logger.h>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weft::net {

namespace {

/// What serve() needs to know of a kind of listener.
struct tcp_source {
  using listener_type = listener;
  using socket_type = tcp_socket;
  using peer_type = tcp_endpoint;
  static task<tcp_socket> accept(listener& from, tcp_endpoint& peer) { return from.accept(peer); }
  static std::string name(const tcp_endpoint& peer) { return to_string(peer); }
};
struct unix_source {
  using listener_type = unix_listener;
  using socket_type = unix_socket;
  using peer_type = std::string;
  static task<unix_socket> accept(unix_listener& from, std::string& peer) {
    peer = from.path();
    return from.accept();
  }
  static const std::string& name(const std::string& peer) { return peer; }
};

template <class Source>
using handler_of = std::function<task<>(typename Source::socket_type)>;

/// What a server and its connections share: outlives them, in the frame of serve().
template <class Source>
struct server {
  server(typename Source::listener_type from, handler_of<Source> with, const serve_options& how)
      : source(std::move(from)), handler(std::move(with)), room(how.max_connections.value_or(SIZE_MAX)) {
    idle.set();
  }

  typename Source::listener_type source;
  handler_of<Source> handler;
  semaphore room;
  std::size_t running = 0;
  event idle;  ///< set exactly while nothing is running
};

/// A connection's share of the server, from the moment it is accepted.
template <class Source>
class place {
 public:
  place(server<Source>& in, semaphore_guard permit) noexcept : in_(&in), permit_(std::move(permit)) {
    ++in_->running;
    in_->idle.clear();
  }
  place(place&& other) noexcept : in_(std::exchange(other.in_, nullptr)), permit_(std::move(other.permit_)) {}
  place& operator=(place&&) = delete;
  ~place() {
    if (in_ != nullptr && --in_->running == 0) in_->idle.set();
  }

  [[nodiscard]] const handler_of<Source>& handler() const noexcept { return in_->handler; }

 private:
  server<Source>* in_;
  semaphore_guard permit_;
};

template <class Source>
task<> handle_connection(place<Source> taken, typename Source::peer_type peer, typename Source::socket_type socket) {
  try {
    co_await taken.handler()(std::move(socket));
  } catch (const std::exception& failure) {
    logger()->error("connection from {}: {}", Source::name(peer), failure.what());
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    logger()->error("connection from {}: {}", Source::name(peer), describe(std::current_exception()));
  }
}

template <class Source>
task<> accept_connections(server<Source>& self, task_group& group) {
  for (;;) {
    semaphore_guard permit = co_await self.room.guard();
    typename Source::peer_type peer;
    auto socket = co_await Source::accept(self.source, peer);
    co_await group.spawn(handle_connection<Source>, place<Source>(self, std::move(permit)), peer, std::move(socket));
  }
}

/// Lets the handlers end by themselves. Those that do not are cancelled by the group around this.
task<> drain(event& idle, duration patience) {
  auto wait = [&idle]() -> task<> { co_await idle.wait(); };
  co_await move_on_after(patience, wait);
}

template <class Source>
task<> serve_connections(typename Source::listener_type source, handler_of<Source> handler, serve_options options) {
  if (options.max_connections == std::size_t{0})
    throw std::invalid_argument("a server needs room for at least one connection");
  server<Source> self(std::move(source), std::move(handler), options);
  auto body = [&self, patience = options.drain](task_group& group) -> task<> {
    std::exception_ptr stopped;
    try {
      co_await accept_connections(self, group);
    } catch (...) {
      stopped = std::current_exception();
    }
    self.source.close();
    // Behind a shield, as a kill of this task is to stop the accepting and not, before their time, the handlers.
    co_await shield(duration::max(), drain, std::ref(self.idle), patience);
    std::rethrow_exception(stopped);
  };
  co_await scope(body);
}

}  // namespace

task<> serve(listener source, connection_handler handler, serve_options options) {
  return serve_connections<tcp_source>(std::move(source), std::move(handler), options);
}

task<> serve_unix(unix_listener source, unix_connection_handler handler, serve_options options) {
  return serve_connections<unix_source>(std::move(source), std::move(handler), options);
}

namespace {

task<> serve_at(tcp_endpoint at, connection_handler handler, serve_options options) {
  listen_options sharing;
  sharing.sharing = port_sharing::shared;
  co_await serve(listen(at, sharing), std::move(handler), options);
}

task<> serve_on(std::size_t index, tcp_endpoint at, connection_handler handler, serve_options options) {
  co_await run_on(index, serve_at, at, std::move(handler), options);
}

}  // namespace

task<> serve_each(listener source, connection_handler handler, serve_options options) {
  if (source.sharing() != port_sharing::shared)
    throw std::invalid_argument("serve_each() needs a listener with port_sharing::shared");
  auto body = [&](task_group& group) -> task<> {
    const tcp_endpoint at = source.local_endpoint();
    for (std::size_t index = 0; index < loop_count(); ++index) {
      if (index != this_loop().index()) group.spawn(serve_on, index, at, handler, options);
    }
    co_await serve(std::move(source), handler, options);
  };
  co_await scope(body);
}

}  // namespace weft::net

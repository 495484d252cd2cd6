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
#include <utility>

namespace weft::net {

namespace {

/// What a server and its connections share: outlives them, in the frame of serve().
struct server {
  server(listener from, connection_handler with, const serve_options& how)
      : source(std::move(from)), handler(std::move(with)), room(how.max_connections.value_or(SIZE_MAX)) {
    idle.set();
  }

  listener source;
  connection_handler handler;
  semaphore room;
  std::size_t running = 0;
  event idle;  ///< set exactly while nothing is running
};

/// A connection's share of the server, from the moment it is accepted.
class place {
 public:
  place(server& in, semaphore_guard permit) noexcept : in_(&in), permit_(std::move(permit)) {
    ++in_->running;
    in_->idle.clear();
  }
  place(place&& other) noexcept : in_(std::exchange(other.in_, nullptr)), permit_(std::move(other.permit_)) {}
  place& operator=(place&&) = delete;
  ~place() {
    if (in_ != nullptr && --in_->running == 0) in_->idle.set();
  }

  [[nodiscard]] const connection_handler& handler() const noexcept { return in_->handler; }

 private:
  server* in_;
  semaphore_guard permit_;
};

task<> handle_connection(place taken, tcp_endpoint peer, tcp_socket socket) {
  try {
    co_await taken.handler()(std::move(socket));
  } catch (const std::exception& failure) {
    logger()->error("connection from {}: {}", to_string(peer), failure.what());
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    logger()->error("connection from {}: {}", to_string(peer), describe(std::current_exception()));
  }
}

task<> accept_connections(server& self, task_group& group) {
  for (;;) {
    semaphore_guard permit = co_await self.room.guard();
    tcp_endpoint peer;
    tcp_socket socket = co_await self.source.accept(peer);
    co_await group.spawn(handle_connection, place(self, std::move(permit)), peer, std::move(socket));
  }
}

/// Lets the handlers end by themselves. Those that do not are cancelled by the group around this.
task<> drain(server& self, duration patience) {
  auto wait = [&self]() -> task<> { co_await self.idle.wait(); };
  co_await move_on_after(patience, wait);
}

}  // namespace

task<> serve(listener source, connection_handler handler, serve_options options) {
  if (options.max_connections == std::size_t{0})
    throw std::invalid_argument("a server needs room for at least one connection");
  server self(std::move(source), std::move(handler), options);
  auto body = [&self, patience = options.drain](task_group& group) -> task<> {
    std::exception_ptr stopped;
    try {
      co_await accept_connections(self, group);
    } catch (...) {
      stopped = std::current_exception();
    }
    self.source.close();
    // Behind a shield, as a kill of this task is to stop the accepting and not, before their time, the handlers.
    co_await shield(duration::max(), drain, std::ref(self), patience);
    std::rethrow_exception(stopped);
  };
  co_await scope(body);
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

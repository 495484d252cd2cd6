#include <weft/net/serve.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/core/handle.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/shield.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>

#include <spdlog/logger.h>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace weft::net {

namespace {

/// What serve() and the task that owns the connections share.
struct server {
  listener source;
  connection_handler handler;
  serve_options options;
  bool stopping = false;

  server(listener from, connection_handler with, serve_options how)
      : source(std::move(from)), handler(std::move(with)), options(how) {}
};

task<> handle_connection(std::shared_ptr<server> self, tcp_endpoint peer, tcp_socket socket) {
  try {
    co_await self->handler(std::move(socket));
  } catch (const std::exception& failure) {
    logger()->error("connection from {}: {}", to_string(peer), failure.what());
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    logger()->error("connection from {}: {}", to_string(peer), describe(std::current_exception()));
  }
}

task<> accept_connections(std::shared_ptr<server> self, task_group& group) {
  tcp_endpoint peer;
  try {
    while (!self->stopping) {
      tcp_socket socket = co_await self->source.accept(peer);
      co_await group.spawn(handle_connection, self, peer, std::move(socket));
    }
  } catch (const boost::system::system_error&) {
    // Closing the listener is how the server is stopped.
    if (!self->stopping) throw;
  }
}

/// Ends when accepting has ended and then every connection.
task<> run_server(std::shared_ptr<server> self) {
  auto body = [&self](task_group& group) { return accept_connections(self, group); };
  const task_group_options options{.max = self->options.max_connections};
  co_await scope(options, body);
}

task<> drain(handle<void> running, duration patience) {
  const bool ended = co_await running.join_for(patience);
  if (ended) co_return;
  running.kill("the time to drain is over");
  co_await running.join();
}

}  // namespace

task<> serve(listener source, connection_handler handler, serve_options options) {
  // After the drain the handlers are cancelled; this is how long they may take to clean up.
  constexpr duration cleanup = std::chrono::seconds(5);
  const auto self = std::make_shared<server>(std::move(source), std::move(handler), options);
  // A task of its own, because a kill of this one must reach the accepting at once and the handlers only after the
  // drain.
  const handle<void> running = spawn(spawn_options{.name = "serve"}, run_server, self);
  std::exception_ptr stopped;
  try {
    co_await running;
  } catch (const cancelled&) {
    stopped = std::current_exception();
  }
  if (!stopped) co_return;
  self->stopping = true;
  self->source.close();
  co_await shield(options.drain + cleanup, drain, running, options.drain);
  std::rethrow_exception(stopped);
}

}  // namespace weft::net

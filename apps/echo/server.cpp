#include "echo/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/core/every.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/loop_team.hpp>
#include <weft/core/task_group.hpp>
#include <weft/mt/spawn_on.hpp>

#include "common/one_port.hpp"
#include "common/text_sink.hpp"
#include "echo/reply_limits.hpp"
#include "echo/tcp_service.hpp"
#include "echo/udp_service.hpp"

namespace weft::echo_app {
namespace {

/// Descriptors that are not for connections.
constexpr std::size_t reserved_descriptors = 64;

std::size_t connections_that_fit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
  return std::max<std::size_t>(limit.rlim_cur, reserved_descriptors + 1) - reserved_descriptors;
}

/// What the loops of a server share.
struct shared_server {
  server_config settings;
  std::optional<tls::context> tls;
  server_counters counters;
  reply_limits limits = {};
};

struct sockets {
  std::optional<net::listener> tcp;
  std::optional<net::udp_socket> udp;
};

sockets open_once(const server_config& settings, std::uint16_t port) {
  sockets opened;
  const auto sharing = settings.threads > 1 ? net::port_sharing::shared : net::port_sharing::exclusive;
  if (settings.tcp) {
    net::listen_options options;
    options.sharing = sharing;
    opened.tcp.emplace(net::listen(settings.host, port, options));
    port = opened.tcp->port();
  }
  if (settings.udp) opened.udp.emplace(bind_for_echo(settings.host, port, sharing));
  return opened;
}

sockets open_sockets(const server_config& settings, std::uint16_t port) {
  return app::open_on_one_port(port, [&settings](std::uint16_t at) { return open_once(settings, at); });
}

task<> serve_sockets(shared_server& server, sockets opened) {
  tcp_service service(server.counters, server.settings.idle);
  net::serve_options options;
  options.max_connections = std::max<std::size_t>(
      1, server.settings.max_connections.value_or(connections_that_fit() / server.settings.threads));
  auto body = [&](task_group& group) -> task<> {
    if (opened.udp) group.spawn([&] { return echo_datagrams(std::move(*opened.udp), server.limits, server.counters); });
    if (opened.tcp) group.spawn([&] { return service.run(std::move(*opened.tcp), options, server.tls); });
    co_return;
  };
  co_await scope(body);
}

task<> serve_beside(std::shared_ptr<shared_server> server, std::uint16_t port) {
  co_await serve_sockets(*server, open_sockets(server->settings, port));
}

task<> serve_on_loop(std::size_t index, std::shared_ptr<shared_server> server, std::uint16_t port) {
  co_await run_on(index, serve_beside, std::move(server), port);
}

void say(int fd, const std::string& line) { app::write_fully(fd, line, "the terminal"); }

task<> print_counters(const shared_server& server, duration period) {
  auto beat = every(period);
  for (;;) {
    co_await beat.next();
    const server_counters& now = server.counters;
    say(STDERR_FILENO,
        "weft-echo: " + std::to_string(now.open_connections) + " connections open, " + std::to_string(now.connections) +
            " in all, " + std::to_string(now.idle_closed) + " closed as idle, " + std::to_string(now.bytes) +
            " bytes; " + std::to_string(now.datagrams) + " datagrams, " + std::to_string(now.refused) + " refused, " +
            std::to_string(now.limited) + " over the limit, " + std::to_string(now.unsent) + " unsent\n");
  }
}

std::optional<tls::context> make_tls(const server_config& settings) {
  if (!settings.tls) return std::nullopt;
  tls::server_context_options options;
  options.certificate = {settings.certificate, settings.key};
  return tls::context(options);
}

}  // namespace

task<> run_server(server_config settings) {
  auto server = std::make_shared<shared_server>(settings, make_tls(settings));
  sockets first = open_sockets(settings, settings.port);
  std::string told;
  if (first.tcp) told += (settings.tls ? "tls " : "tcp ") + net::to_string(first.tcp->local_endpoint()) + "\n";
  if (first.udp) told += "udp " + net::to_string(first.udp->local_endpoint()) + "\n";
  const std::uint16_t port = first.tcp ? first.tcp->port() : first.udp->port();
  say(STDOUT_FILENO, told);
  auto body = [&](task_group& group) -> task<> {
    for (std::size_t index = 0; index < loop_count(); ++index) {
      if (index != this_loop().index()) group.spawn(serve_on_loop, index, server, port);
    }
    if (settings.stats) group.spawn(print_counters, std::cref(*server), *settings.stats);
    co_await serve_sockets(*server, std::move(first));
  };
  co_await scope(body);
}

}  // namespace weft::echo_app

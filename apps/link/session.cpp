#include "link/session.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <weft/base/scope_exit.hpp>
#include <weft/core/every.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/resolver.hpp>
#include <weft/testkit/tcp_link.hpp>
#include <weft/testkit/udp_link.hpp>

#include "common/one_port.hpp"
#include "common/text_sink.hpp"

namespace weft::link_app {
namespace {

struct links {
  std::optional<testkit::tcp_link> tcp;
  std::optional<testkit::udp_link> udp;
};

std::string line_of(const char* protocol, const testkit::link_statistics& counted, const config& settings) {
  if (settings.json) {
    return boost::json::serialize(boost::json::object{{"protocol", protocol},
                                                      {"seed", settings.link.seed},
                                                      {"packets", counted.packets},
                                                      {"lost", counted.lost},
                                                      {"duplicated", counted.duplicated},
                                                      {"corrupted", counted.corrupted},
                                                      {"delivered", counted.delivered}}) +
           "\n";
  }
  return "weft-link: " + std::string(protocol) + ": " + std::to_string(counted.packets) + " packets, " +
         std::to_string(counted.lost) + " lost, " + std::to_string(counted.duplicated) + " duplicated, " +
         std::to_string(counted.corrupted) + " corrupted, " + std::to_string(counted.delivered) + " delivered\n";
}

void print_counters(const links& both, const config& settings) {
  std::string text;
  if (both.tcp) text += line_of("tcp", both.tcp->statistics(), settings);
  if (both.udp) text += line_of("udp", both.udp->statistics(), settings);
  app::write_fully(STDERR_FILENO, text, "standard error");
}

task<> print_often(const links& both, const config& settings) {
  auto beat = every(*settings.stats);
  for (;;) {
    co_await beat.next();
    print_counters(both, settings);
  }
}

void switch_links(links& both, bool whole) {
  if (both.tcp) whole ? both.tcp->mend() : both.tcp->cut();
  if (both.udp) whole ? both.udp->mend() : both.udp->cut();
}

task<> cut_and_mend(links& both, const config& settings) {
  const time_point start = this_loop().now();
  for (const cut& each : settings.cuts) {
    co_await sleep_until(start + each.from);
    switch_links(both, false);
    co_await sleep_until(start + each.from + each.length);
    switch_links(both, true);
  }
}

struct sockets {
  std::optional<net::listener> tcp;
  std::optional<net::udp_socket> udp;
};

sockets open(const config& settings, std::uint16_t port) {
  sockets opened;
  if (settings.tcp) {
    opened.tcp.emplace(net::listen(settings.host, port));
    port = opened.tcp->port();
  }
  if (settings.udp) opened.udp.emplace(net::udp_bind(settings.host, port));
  return opened;
}

void connect(links& both, const config& settings, const net::tcp_endpoint& target) {
  auto opened = app::open_on_one_port(settings.port, [&](std::uint16_t port) { return open(settings, port); });
  std::string told;
  if (opened.tcp) {
    both.tcp.emplace(std::move(*opened.tcp), target, settings.link);
    told += "tcp " + net::to_string(both.tcp->endpoint()) + "\n";
  }
  if (opened.udp) {
    const net::udp_endpoint to(target.address(), target.port());
    both.udp.emplace(std::move(*opened.udp), to, settings.link);
    told += "udp " + net::to_string(both.udp->endpoint()) + "\n";
  }
  told += "seed " + std::to_string(settings.link.seed) + "\n";
  app::write_fully(STDOUT_FILENO, told, "standard output");
}

}  // namespace

task<> relay(const config& settings) {
  const auto found = co_await net::resolve(settings.target_host, settings.target_port);
  links both;
  connect(both, settings, found.front());
  const auto tell_at_end = scope_exit([&] { print_counters(both, settings); });
  auto body = [&](task_group& group) -> task<> {
    if (both.tcp) group.spawn([&] { return both.tcp->run(); });
    if (both.udp) group.spawn([&] { return both.udp->run(); });
    if (settings.stats) group.spawn([&] { return print_often(both, settings); });
    co_await cut_and_mend(both, settings);
  };
  co_await scope(body);
}

}  // namespace weft::link_app

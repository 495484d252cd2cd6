#include "echo/config.hpp"

#include <algorithm>
#include <string_view>

#include <weft/base/parse.hpp>

#include "common/program_options.hpp"
#include "common/units.hpp"

namespace weft::echo_app {
namespace {

using app::audience;

constexpr std::string_view all = "All commands";
constexpr std::string_view serving = "server";
constexpr std::string_view asking = "client";
constexpr std::string_view loading = "bench";
constexpr std::string_view asking_and_loading = "client and bench";

constexpr std::size_t max_datagram = 65507;
constexpr std::size_t max_message = 16 << 20;

/// What was typed, by name.
class typed_options {
 public:
  explicit typed_options(const app::arguments& typed) : typed_(&typed) {}

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::string text(std::string_view name, std::string otherwise = {}) const {
    const auto* option = find(name);
    return option == nullptr ? otherwise : option->values.back();
  }
  [[nodiscard]] duration time(std::string_view name, duration otherwise) const {
    const auto* option = find(name);
    if (option == nullptr) return otherwise;
    const auto time = app::parse_duration(option->values.back());
    if (time <= time.zero()) throw app::usage_error("--" + std::string(name) + " has to be more than nothing");
    return std::chrono::duration_cast<duration>(time);
  }
  [[nodiscard]] std::uint64_t count(std::string_view name, std::uint64_t otherwise, std::uint64_t high) const {
    const auto* option = find(name);
    return option == nullptr ? otherwise : app::parse_count(option->values.back(), 1, high);
  }
  [[nodiscard]] std::size_t size(bool udp) const {
    const auto* option = find("size");
    if (option == nullptr) return 64;
    const auto bytes = app::parse_size(option->values.back());
    const std::size_t most = udp ? max_datagram : max_message;
    if (bytes == 0 || bytes > most) {
      throw app::usage_error("--size has to be from 1 to " + std::to_string(most) + " bytes");
    }
    return bytes;
  }

 private:
  [[nodiscard]] const app::typed_option* find(std::string_view name) const {
    for (const auto& option : typed_->options) {
      if (option.spec->long_name == name && !option.values.empty()) return &option;
    }
    return nullptr;
  }

  const app::arguments* typed_;
};

void check_belonging(const app::arguments& typed, std::string_view command) {
  for (const auto& option : typed.options) {
    if (option.values.empty()) continue;
    const std::string_view group = option.spec->group;
    const bool of_command = group == serving || group == asking || group == loading || group == asking_and_loading;
    if (of_command && group.find(command) == std::string_view::npos) {
      throw app::usage_error("--" + std::string(option.spec->long_name) + " is an option of weft-echo " +
                             std::string(group) + ", not of weft-echo " + std::string(command));
    }
  }
}

void read_listen(server_config& settings, const std::string& text) {
  const auto colon = text.rfind(':');
  const bool is_port =
      colon == std::string::npos && !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  const std::string port = is_port ? text : colon == std::string::npos ? std::string() : text.substr(colon + 1);
  const auto number = parse_integer<std::uint16_t>(port);
  if (!number)
    throw app::usage_error("not an address to listen on: '" + text + "' (examples: 7007, 0.0.0.0:7007, [::1]:0)");
  settings.port = *number;
  if (!is_port) settings.host = text.substr(0, colon);
}

server_config resolve_server(const app::arguments& typed) {
  const typed_options given(typed);
  server_config settings;
  if (typed.operands.size() > 1) throw app::usage_error("weft-echo server takes no '" + typed.operands[1] + "'");
  if (given.has("tcp") || given.has("udp")) {
    settings.tcp = given.has("tcp");
    settings.udp = given.has("udp");
  }
  if (given.has("listen")) read_listen(settings, given.text("listen"));
  settings.threads = given.count("threads", 1, 256);
  if (given.has("max-conn")) settings.max_connections = given.count("max-conn", 1, 1'000'000);
  settings.idle = given.time("idle", settings.idle);
  if (given.has("stats")) settings.stats = given.time("stats", {});
  settings.certificate = given.text("tls-cert");
  settings.key = given.text("tls-key");
  settings.tls = given.has("tls");
  if (settings.tls && (settings.certificate.empty() || settings.key.empty())) {
    throw app::usage_error("--tls needs --tls-cert and --tls-key");
  }
  if (settings.tls && !settings.tcp) throw app::usage_error("--tls is for TCP");
  if (settings.tls && !given.has("udp")) settings.udp = false;
  return settings;
}

target_config resolve_target(const app::arguments& typed) {
  const typed_options given(typed);
  if (typed.operands.size() != 3) throw app::usage_error("weft-echo " + typed.operands[0] + " needs HOST and PORT");
  target_config to;
  if (given.has("tcp") && given.has("udp")) throw app::usage_error("--tcp and --udp exclude each other here");
  to.udp = given.has("udp");
  to.tls = given.has("tls");
  if (to.tls && to.udp) throw app::usage_error("--tls is for TCP");
  to.ca_file = given.text("tls-ca");
  to.host = typed.operands[1];
  to.port = typed.operands[2];
  const bool is_number = to.port.find_first_not_of("0123456789") == std::string::npos;
  if (is_number && parse_integer<std::uint16_t>(to.port).value_or(0) == 0) {
    throw app::usage_error("not a port: '" + to.port + "'");
  }
  return to;
}

client_config resolve_client(const app::arguments& typed, const surroundings&) {
  const typed_options given(typed);
  client_config settings;
  settings.target = resolve_target(typed);
  settings.size = given.size(settings.target.udp);
  if (given.has("count")) settings.count = given.count("count", 1, UINT64_MAX);
  settings.probes = given.has("count") || given.has("interval") || given.has("size");
  settings.interval = given.time("interval", settings.interval);
  settings.timeout = given.time("timeout", settings.timeout);
  return settings;
}

bench_config resolve_bench(const app::arguments& typed) {
  const typed_options given(typed);
  bench_config settings;
  settings.target = resolve_target(typed);
  settings.size = given.size(settings.target.udp);
  settings.connections = given.count("connections", settings.connections, 100'000);
  settings.length = given.time("duration", settings.length);
  settings.pipeline = given.count("pipeline", 1, 4096);
  if (given.has("rate")) settings.rate = given.count("rate", 1, 100'000'000);
  settings.json = given.has("json");
  settings.plot = given.text("plot");
  if (settings.target.udp && settings.size < 8) throw app::usage_error("--size has to be 8 bytes or more with --udp");
  return settings;
}

}  // namespace

std::vector<app::option_spec> echo_options() {
  std::vector<app::option_spec> list = {
      {.long_name = "tcp", .group = all, .help = "TCP; without --udp nothing else", .shown = audience::common},
      {.long_name = "udp", .group = all, .help = "UDP; without --tcp nothing else", .shown = audience::common},
      {.long_name = "tls", .group = all, .help = "TLS over TCP", .shown = audience::common},
      {.long_name = "listen",
       .short_name = 'l',
       .metavar = "ADDR:PORT",
       .group = serving,
       .help = "where to listen; port 0: any, which is printed",
       .default_text = "127.0.0.1:7007",
       .shown = audience::common},
      {.long_name = "threads",
       .metavar = "N",
       .group = serving,
       .help = "loops, each on its thread",
       .default_text = "1"},
      {.long_name = "max-conn",
       .metavar = "N",
       .group = serving,
       .help = "TCP connections at a time, for each thread",
       .default_text = "what descriptors allow"},
      {.long_name = "idle",
       .metavar = "TIME",
       .group = serving,
       .help = "close TCP connections on which nothing moves for so long",
       .default_text = "10m"},
      {.long_name = "stats", .metavar = "TIME", .group = serving, .help = "print counters on standard error so often"},
      {.long_name = "tls-cert",
       .metavar = "FILE",
       .group = serving,
       .help = "certificate chain, PEM",
       .value = app::completes::files},
      {.long_name = "tls-key",
       .metavar = "FILE",
       .group = serving,
       .help = "private key, PEM",
       .value = app::completes::files},
      {.long_name = "size",
       .metavar = "BYTES",
       .group = asking_and_loading,
       .help = "bytes of each message",
       .default_text = "64",
       .shown = audience::common},
      {.long_name = "tls-ca",
       .metavar = "FILE",
       .group = asking_and_loading,
       .help = "certificates to trust instead of the system's, PEM",
       .value = app::completes::files},
      {.long_name = "count",
       .short_name = 'c',
       .metavar = "N",
       .group = asking,
       .help = "send so many probes instead of standard input",
       .shown = audience::common},
      {.long_name = "interval",
       .short_name = 'i',
       .metavar = "TIME",
       .group = asking,
       .help = "time between probes",
       .default_text = "1s",
       .shown = audience::common},
      {.long_name = "timeout",
       .metavar = "TIME",
       .group = asking,
       .help = "how long an answer may take",
       .default_text = "1s"},
      {.long_name = "connections",
       .short_name = 'n',
       .metavar = "N",
       .group = loading,
       .help = "connections, or UDP sockets",
       .default_text = "50",
       .shown = audience::common},
      {.long_name = "duration",
       .short_name = 'd',
       .metavar = "TIME",
       .group = loading,
       .help = "how long to measure",
       .default_text = "10s",
       .shown = audience::common},
      {.long_name = "pipeline",
       .metavar = "N",
       .group = loading,
       .help = "messages on the way at a time on each connection",
       .default_text = "1"},
      {.long_name = "rate",
       .metavar = "N",
       .group = loading,
       .help = "send so many a second, whatever comes back; latencies count from when each should have been sent"},
      {.long_name = "json", .group = loading, .help = "print one JSON object; latencies are in microseconds"},
      {.long_name = "plot",
       .metavar = "FILE",
       .group = loading,
       .help = "write a picture of the latencies, SVG",
       .value = app::completes::files},
  };
  for (auto& option : app::program_options()) list.push_back(std::move(option));
  return list;
}

config resolve(const app::arguments& typed, const surroundings& around) {
  if (typed.operands.empty()) throw app::usage_error("give a command: server, client or bench");
  const std::string& command = typed.operands.front();
  if (command != serving && command != asking && command != loading) {
    throw app::usage_error("unknown command '" + command + "': server, client or bench");
  }
  check_belonging(typed, command);
  if (command == serving) return resolve_server(typed);
  if (command == asking) return resolve_client(typed, around);
  return resolve_bench(typed);
}

}  // namespace weft::echo_app

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <weft/core/time.hpp>

#include "common/arguments.hpp"
#include "common/option_table.hpp"

namespace weft::echo_app {

inline constexpr std::uint16_t default_port = 7007;

struct server_config {
  bool tcp = true;
  bool udp = true;
  std::string host = "127.0.0.1";
  std::uint16_t port = default_port;
  std::size_t threads = 1;
  std::optional<std::size_t> max_connections;  ///< none: as many as descriptors allow
  duration idle = std::chrono::minutes(10);
  std::optional<duration> stats;
  bool tls = false;
  std::string certificate;
  std::string key;
};

/// Whom a client or the load generator talks to, and how.
struct target_config {
  bool udp = false;
  bool tls = false;
  std::string ca_file;  ///< empty: the system's
  std::string host;
  std::string port;
};

struct client_config {
  target_config target;
  std::optional<std::uint64_t> count;  ///< none: until interrupted
  bool probes = false;                 ///< numbered probes instead of standard input
  std::size_t size = 64;
  duration interval = std::chrono::seconds(1);
  duration timeout = std::chrono::seconds(1);
};

struct bench_config {
  target_config target;
  std::size_t connections = 50;
  std::size_t size = 64;
  duration length = std::chrono::seconds(10);
  std::size_t pipeline = 1;
  std::optional<std::uint64_t> rate;  ///< requests a second, all connections together; none: as fast as answers come
  bool json = false;
  std::string plot;  ///< file; empty: none
};

using config = std::variant<server_config, client_config, bench_config>;

std::vector<app::option_spec> echo_options();

/// Where standard input comes from.
struct surroundings {
  bool terminal_on_stdin = false;
};

/// Errors: app::usage_error.
config resolve(const app::arguments& typed, const surroundings& around);

}  // namespace weft::echo_app

#pragma once

#include <weft/core/task.hpp>

#include "echo/config.hpp"

namespace weft::echo_app {

/// Serves until it is cancelled. Prints "tcp ADDR:PORT" and "udp ADDR:PORT" on standard output when it listens.
/// Errors: what net/ and tls/ throw where it cannot listen.
task<> run_server(server_config settings);

}  // namespace weft::echo_app

#pragma once

#include <weft/core/task.hpp>

#include "common/exit_code.hpp"
#include "echo/config.hpp"

namespace weft::echo_app {

/// Asks an echo server and checks what comes back: numbered probes, as ping does, or standard input.
/// Gives `integrity` for a wrong answer, `network` when nothing at all came back.
/// Errors: what net/ and tls/ throw where the server cannot be reached.
task<app::exit_code> run_client(const client_config& settings);

/// The latter of the two.
task<app::exit_code> send_standard_input(const client_config& settings);

}  // namespace weft::echo_app

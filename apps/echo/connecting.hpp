#pragma once

#include <functional>

#include <weft/core/task.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/address.hpp>
#include <weft/tls/connect.hpp>

#include "echo/bench.hpp"
#include "echo/config.hpp"

namespace weft::echo_app {

/// How to reach a TLS server. Errors: tls::error for a CA file that cannot be read.
tls::connect_options tls_options(const target_config& target);

/// The first address of a target. Errors: as net::resolve().
task<net::udp_endpoint> find_datagram_peer(const target_config& target);

/// Sets the times of a run, starts what `start` spawns, and ends it when the time is over. Returns early when nothing is
/// left that runs.
task<> run_for_its_time(bench_run& run, std::function<void(task_group&)> start);

}  // namespace weft::echo_app

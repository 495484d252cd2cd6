#pragma once

#include <weft/core/task.hpp>

#include "link/config.hpp"

namespace weft::link_app {

/// Relays until it is cancelled; prints where it listens, and, at the end, what it has done.
/// Errors: what net/ throws where it cannot listen or the target is not found.
task<> relay(const config& settings);

}  // namespace weft::link_app

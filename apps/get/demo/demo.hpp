#pragma once

#include "get/config.hpp"

namespace weft::get_app::demo {

/// Serves the gallery from a port of this machine, downloads it into the folder of `settings` and writes a contact
/// sheet there. Gives the exit code. Threads: runs a loop on the calling thread.
int run_demo(config settings);

}  // namespace weft::get_app::demo

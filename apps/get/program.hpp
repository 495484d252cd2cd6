#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/task.hpp>

#include "get/config.hpp"

namespace weft::get_app {

/// weft-get as a function: parses `words` (without the program's name), does what they ask for, tells the exit code.
///
/// Data goes to descriptor 1, everything else to descriptor 2. Threads: runs a loop on the calling thread; SIGINT,
/// SIGTERM and SIGHUP end it with 130, 143 and 129.
int run_program(std::vector<std::string> words);

/// The downloads of one configuration, in a task: the exit code, whatever goes wrong.
task<int> download(const config& settings);

/// Prints "weft-get: message" on standard error.
void say(std::string_view message);

}  // namespace weft::get_app

#pragma once

#include <string>
#include <vector>

#include "common/option_table.hpp"

namespace weft::echo_app {

/// The program as its option table tells it.
const app::program_spec& program();

/// weft-echo with the words of its command line, without the program's name; gives the exit code.
int run_program(std::vector<std::string> words);

}  // namespace weft::echo_app

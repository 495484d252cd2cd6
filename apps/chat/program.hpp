#pragma once

#include <string>
#include <vector>

#include "common/option_table.hpp"

namespace weft::chat_app {

/// The program as its option table tells it.
const app::program_spec& program();

/// weft-chat with the words of its command line, without the program's name; gives the exit code.
int run_program(std::vector<std::string> words);

}  // namespace weft::chat_app

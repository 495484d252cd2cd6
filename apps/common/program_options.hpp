#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/arguments.hpp"
#include "common/option_table.hpp"

namespace weft::app {

/// --help, -h, --version, --man and --completion: what every program has, as the last group of its options.
std::vector<option_spec> program_options();

/// What to print instead of running, when one of program_options() was typed.
std::optional<std::string> answer_about_program(const program_spec& program, const arguments& typed);

}  // namespace weft::app

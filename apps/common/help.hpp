#pragma once

#include <string>

#include "common/option_table.hpp"

namespace weft::app {

/// Help for `-h`: the common options in their groups, examples and exit codes. No line is longer than 100 columns.
std::string short_help(const program_spec& program);

/// Help for `--help`: every option that is not hidden, with the other names it accepts.
std::string full_help(const program_spec& program);

/// "weft-get 0.2.0" and a newline.
std::string version_line(const program_spec& program);

}  // namespace weft::app

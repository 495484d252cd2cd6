#pragma once

#include <string>
#include <string_view>

#include "common/option_table.hpp"

namespace weft::app {

/// The completion script of a shell: "bash", "zsh" or "fish".
/// Errors: std::invalid_argument for another shell.
std::string completion_script(const program_spec& program, std::string_view shell);

}  // namespace weft::app

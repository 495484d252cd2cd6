#pragma once

#include <string>

#include "common/option_table.hpp"

namespace weft::app {

/// The program's page for section 1 of the manual, in man(7) macros.
std::string man_page(const program_spec& program);

}  // namespace weft::app

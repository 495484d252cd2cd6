#pragma once

#include <string>
#include <vector>

#include "common/option_table.hpp"
#include "get/flags.hpp"

namespace weft::get_app {

/// An option and what typing it does. For a flag `value` is empty and `set` is called once each time it is typed.
struct option_row {
  app::option_spec spec;
  void (*set)(flags& typed, const std::string& value);
};

/// Every option of weft-get, in the order of the help. Lifetime: static.
const std::vector<option_row>& option_rows();

}  // namespace weft::get_app

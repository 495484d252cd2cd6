#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/arguments.hpp"
#include "common/option_table.hpp"
#include "copy/job.hpp"

namespace weft::copy_app {

enum class display { bar, plain, nothing };

/// What is to be done.
struct config {
  std::vector<std::string> sources;
  std::string target;
  copy_rules rules;
  std::vector<std::string> excluded;  ///< patterns, see exclusion
  std::size_t workers = 2;
  bool threads = true;  ///< workers are threads of this process
  bool dry_run = false;
  bool specials = false;  ///< FIFOs, sockets and devices are made again
  bool json = false;
  bool verbose = false;
  bool quiet = false;
  display show = display::plain;
};

std::vector<app::option_spec> copy_options();

/// Where standard error and output go.
struct surroundings {
  bool screen_on_stderr = false;
};

/// Errors: app::usage_error.
config resolve(const app::arguments& typed, const surroundings& around);

}  // namespace weft::copy_app

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/time.hpp>
#include <weft/testkit/link_fate.hpp>

#include "common/arguments.hpp"
#include "common/option_table.hpp"

namespace weft::link_app {

/// A time in which nothing goes through, counted from the start.
struct cut {
  duration from;
  duration length;
};

struct config {
  bool tcp = true;
  bool udp = true;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string target_host;
  std::string target_port;
  testkit::link_options link;
  std::vector<cut> cuts;  ///< in the order of their beginnings
  std::optional<duration> stats;
  bool json = false;
};

std::vector<app::option_spec> link_options();

/// Errors: app::usage_error.
config resolve(const app::arguments& typed);

}  // namespace weft::link_app

#pragma once

#include <string>

#include "echo/bench.hpp"

namespace weft::echo_app {

/// One line of JSON; times are in microseconds.
std::string json_report(const bench_config& settings, const bench_result& found);

/// The same for people.
std::string text_report(const bench_config& settings, const bench_result& found);

/// A picture, SVG: how long which share of the requests took.
std::string plot(const bench_config& settings, const bench_result& found);

}  // namespace weft::echo_app

#pragma once

#include <string>
#include <vector>

#include "echo/histogram.hpp"

namespace weft::echo_app {

/// 1, 2 and 5 times powers of ten from the last that is not above `least` to the first that is not below `most`; two at
/// least.
std::vector<double> log_ticks(double least, double most);

/// SVG: how long which share of the requests took, on logarithmic axes. `title` is plain text without markup.
std::string latency_picture(const std::string& title, const histogram& latencies);

}  // namespace weft::echo_app

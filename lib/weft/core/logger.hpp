#pragma once

#include <memory>

#include <spdlog/fwd.h>

namespace weft {

/// Where the library writes what no caller can be told: the logger that the program has registered with spdlog as
/// "weft", or else one on standard error, since standard output belongs to the program.
///
/// Threads: any.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger();

}  // namespace weft

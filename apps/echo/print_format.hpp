#pragma once

#include <string>

namespace weft::echo_app {

/// What printf(3) would print, as far as 511 bytes.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace weft::echo_app

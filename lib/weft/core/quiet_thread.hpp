#pragma once

#include <thread>

namespace weft::detail {

/// A thread for which no signals are meant: they stay with those of the program.
[[nodiscard]] std::thread start_quiet_thread(void (*body)(void*), void* argument);

}  // namespace weft::detail

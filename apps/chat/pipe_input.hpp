#pragma once

#include <cstddef>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>

#include "chat/user_input.hpp"

namespace weft::chat_app {

/// A line of a pipe that is longer is handed on in pieces.
inline constexpr std::size_t max_input_line = 60 * 1024;

/// Puts the lines of `fd` into `lines`, without CR and LF, then `end`; waits while the queue is full.
/// Cancellation: gives up at once; a read that is under way is left to the thread.
/// Errors: boost::system::system_error.
task<> read_lines(int fd, offload& thread, input_queue& lines);

/// Some bytes of `fd`, empty at its end. Otherwise as read_lines().
task<std::string> read_some(int fd, offload& thread);

}  // namespace weft::chat_app

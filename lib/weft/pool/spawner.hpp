#pragma once

#include <weft/pool/unique_fd.hpp>

#include <array>
#include <string>
#include <vector>

#include <sys/types.h>

namespace weft::detail {

/// Another process of this program, to be.
struct spawn_request {
  std::string name;                         // for errors
  std::vector<std::string> environment;     // "NAME=value", over what is inherited
  std::array<int, 3> stdio = {-1, -1, -1};  // -1: inherited
  std::vector<int> files;                   // become 3, 4 and so on
  std::string folder;                       // empty: inherited
};

struct spawned_process {
  pid_t pid = 0;
  unique_fd pidfd;
};

/// Starts this program again, with the arguments it was started with, and nothing open but what the request says.
///
/// All are started by one thread that lives as long as the process and that no signal reaches: a child that asks to be killed with
/// its parent asks, in truth, to be killed with the thread that started it.
/// Threads: any; one after the other. Blocks for about a millisecond, whatever the size of this process.
/// Errors:  boost::system::system_error.
[[nodiscard]] spawned_process spawn_self(const spawn_request& wanted);

/// Takes note of the end of a child that nobody is going to wait for.
void reap_later(unique_fd pidfd) noexcept;

}  // namespace weft::detail

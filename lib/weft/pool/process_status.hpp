#pragma once

#include <variant>

namespace weft {

/// A process has returned from its function, or called exit().
struct exited {
  /// -1 when it is not known: the program ignores SIGCHLD, or has waited for the process itself.
  int code = 0;
  bool operator==(const exited&) const = default;
};

/// A signal has ended a process.
struct signaled {
  int signal = 0;
  /// Whether it was the kernel, for want of memory, as far as one can tell.
  bool likely_oom = false;
  bool operator==(const signaled&) const = default;
};

using process_status = std::variant<exited, signaled>;

}  // namespace weft

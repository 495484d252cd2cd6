#pragma once

#include <weft/core/time.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace weft {

/// What a pool is told about one piece of work. Both kinds of pools take it; each field says whose it is.
struct submit_options {
  /// For reports: what failed, what a worker was lost with.
  std::string name = {};
  /// From now; none: any time. Work that no worker has begun by then is dropped: its future fails with timed_out. A
  /// process_pool also ends work that has been begun and goes on, and the worker with it.
  std::optional<duration> deadline = {};
  /// Only a process_pool's. When the work is asked to stop, from now: see this_process::stop_requested().
  std::optional<duration> soft = {};
  /// Only a process_pool's. How often the work is begun anew when its worker is lost.
  std::size_t retry_lost = 0;
  /// Only a thread_pool's with queue_order::priority. The highest goes first; equals in the order in which they came.
  int priority = 0;
};

}  // namespace weft

#pragma once

#include <weft/core/loop.hpp>
#include <weft/pool/job_queue.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace weft {

/// What happens to work that a pool has neither room nor a thread for.
enum class reject : std::uint8_t {
  abort,           ///< submit() throws rejected
  discard,         ///< it is dropped: its future ends with rejected
  discard_oldest,  ///< what waits longest is dropped for it
  caller_runs,     ///< the submitting thread does it
  block,           ///< the submitting thread waits for room; one of the pool itself does it
};

/// How a pool ends.
enum class shutdown : std::uint8_t {
  drain,          ///< what waits is done first
  cancel_queued,  ///< what waits is cancelled; what has been begun goes on to its end
};

struct thread_pool_options {
  /// Of the threads, with a number: "name-1"; at most 15 bytes are shown by the operating system.
  std::string name = "pool";
  /// Threads that are started, one for each piece of work, before anything waits.
  std::size_t core = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  /// Threads at most; more than core are started only when the queue is full. None: core.
  std::optional<std::size_t> max = {};
  /// How long a thread beyond core waits for work before it ends.
  duration keep_alive = std::chrono::seconds(30);
  /// Whether the core threads, too, end after keep_alive.
  bool core_timeout = false;
  /// Work that may wait. None: any amount. 0: work is handed to a thread that is idle, or to a new one.
  std::optional<std::size_t> queue = {};
  queue_order order = queue_order::fifo;
  weft::reject reject = weft::reject::abort;
  /// Called on each thread when it begins and before it ends. What they throw is reported.
  std::function<void()> on_start = {};
  std::function<void()> on_stop = {};
  /// Gets the failures of work that no one looked at; none: they are reported as those of tasks are. Called on any
  /// thread.
  unhandled_hook on_unhandled = {};
};

struct thread_pool_stats {
  std::size_t threads = 0;
  std::size_t largest = 0;  ///< threads there have been at a time
  std::size_t running = 0;  ///< pieces of work that threads are at
  std::size_t queued = 0;
  // Pieces of work so far.
  std::size_t completed = 0;  ///< done, well or with a failure
  std::size_t cancelled = 0;  ///< before they were begun
  std::size_t expired = 0;    ///< not begun by their deadline
  std::size_t rejected = 0;   ///< dropped or refused for want of room, or after the end
};

/// What shutdown() leaves undone.
struct shutdown_report {
  std::size_t cancelled = 0;   ///< were waiting, and are not done
  std::size_t unfinished = 0;  ///< go on: the limit was over first
};

}  // namespace weft

#pragma once

#include <weft/core/time.hpp>
#include <weft/pool/process.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace weft {

/// What a task has printed.
struct worker_output {
  std::string_view task;
  pid_t pid = 0;
  std::string_view output;
  std::string_view errors;
};

struct process_pool_options {
  /// Shown by ps and top (15 bytes of it), and in errors.
  std::string name = "pool";
  std::size_t workers = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  /// A worker that was given so many tasks is replaced by a new one; none: it stays.
  std::optional<std::size_t> max_tasks = {};
  /// The same for one that has more bytes of memory after a task.
  std::optional<std::size_t> max_rss = {};
  /// Called once in each worker before its first task. If it throws, the pool is broken.
  void (*init)() = nullptr;
  /// How long a task that was cancelled may go on before its worker gets SIGTERM, and then before it gets SIGKILL.
  duration grace = std::chrono::seconds(3);
  /// How long a worker that has a task may stand still under SIGSTOP before it is killed.
  duration stopped_limit = std::chrono::seconds(1);
  /// Whether a worker, and a thread that waits for a result, look for a moment for what comes before they sleep: it saves the time to be
  /// woken, and takes that of the processor. They leave it out where it was no use the last time.
  bool spin = true;
  /// What tasks print: capture gives it to on_output when the task ends.
  stdio output = stdio::inherit;
  std::function<void(const worker_output&)> on_output = {};
  std::string folder = {};
  std::vector<std::string> environment = {};
  std::vector<resource_limit> limits = {};
};

struct process_pool_stats {
  std::size_t workers = 0;    ///< processes, just now
  std::size_t queued = 0;     ///< tasks that no worker was given
  std::size_t given = 0;      ///< tasks that workers have
  std::size_t completed = 0;  ///< tasks that ended, well or with a failure
  std::size_t lost = 0;       ///< workers that ended with a task
  std::size_t started = 0;    ///< workers, from the beginning
};

}  // namespace weft

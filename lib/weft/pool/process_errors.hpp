#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include <sys/types.h>

namespace weft {

/// The bytes of a value are not those of the type that was asked for, or a value cannot be sent to another process.
class codec_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a task threw in another process, where that is none of the types that cross as themselves (see docs/guide/processes.md).
class remote_error : public std::runtime_error {
 public:
  remote_error(std::string type, const std::string& what) : std::runtime_error(what), type_(std::move(type)) {}

  /// The type's name as it is written in the program; "unknown" for what is no std::exception.
  [[nodiscard]] const std::string& type() const noexcept { return type_; }

 private:
  std::string type_;
};

/// How a process went down that had a task to do.
struct worker_loss {
  std::string task;
  pid_t pid = 0;
  std::optional<int> signal = {};
  std::optional<int> exit_code = {};
  bool likely_oom = false;
};

/// The process that ran a task ended before the task did: it crashed, was killed, or called exit().
class worker_lost : public std::runtime_error {
 public:
  explicit worker_lost(worker_loss how);

  [[nodiscard]] const std::string& task() const noexcept { return how_.task; }
  [[nodiscard]] pid_t pid() const noexcept { return how_.pid; }
  [[nodiscard]] std::optional<int> signal() const noexcept { return how_.signal; }
  [[nodiscard]] std::optional<int> exit_code() const noexcept { return how_.exit_code; }
  /// Whether the kernel has ended it for want of memory, as far as one can tell.
  [[nodiscard]] bool likely_oom() const noexcept { return how_.likely_oom; }

 private:
  worker_loss how_;
};

/// A task that was to be repeated has taken as many workers with it as it may (submit_options::retry_lost).
class poison_task : public worker_lost {
 public:
  using worker_lost::worker_lost;
};

/// A pool cannot get any worker to work: its init threw, or its processes do not start.
class pool_broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A task was given to a pool that has been closed.
class pool_closed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace weft

#pragma once

#include <weft/core/time.hpp>
#include <weft/pool/process_status.hpp>
#include <weft/pool/spawner.hpp>

#include <atomic>
#include <mutex>
#include <optional>

#include <sys/types.h>

namespace weft::detail {

/// A child process, known by a descriptor so that its number cannot come to mean another; reaped once, by whoever looks first.
///
/// Threads: any.
class child {
 public:
  explicit child(spawned_process started);

  [[nodiscard]] pid_t pid() const noexcept { return started_.pid; }
  /// Readable once the process has ended.
  [[nodiscard]] const unique_fd& pidfd() const noexcept { return started_.pidfd; }
  /// How it ended; nothing while it has not. Reaps it.
  [[nodiscard]] std::optional<process_status> status();
  /// Waits until it has ended, or until `deadline`; gives whether it has.
  bool wait(std::optional<time_point> deadline);
  /// Does nothing when it has ended.
  void send(int signal) noexcept;
  /// Whether it stands still under SIGSTOP.
  [[nodiscard]] bool is_stopped() const noexcept;
  /// Nobody is going to wait for it.
  void abandon() noexcept { reap_later(std::move(started_.pidfd)); }

 private:
  spawned_process started_;
  std::mutex mutex_;
  std::optional<process_status> status_;  // under mutex_
  std::atomic<bool> killed_ = false;      // by send(SIGKILL)
};

}  // namespace weft::detail

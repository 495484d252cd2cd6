#pragma once

#include <weft/core/instrument.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/loop_team.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/watchdog.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weft::detail {

/// The loops of a run() beside the main one, each on a thread of its own.
///
/// Ownership: owns the threads; a thread owns its loop.
/// Lifetime:  stop() before it is destroyed, once start() was called.
/// Threads:   the main loop's.
class loop_threads {
 public:
  loop_threads(const std::shared_ptr<loop_team>& team, const loop_options& options,
               const std::shared_ptr<instrument>& instrument, duration grace);
  loop_threads(const loop_threads&) = delete;
  loop_threads& operator=(const loop_threads&) = delete;
  ~loop_threads();

  /// Starts the loops; they run when it returns. Throws std::system_error when there is no thread for one; then none is
  /// left running.
  void start();
  void be_watched(const std::shared_ptr<watchdog>& by);
  /// The tasks of the loops. Precondition: nothing runs on them. Waits for their threads.
  [[nodiscard]] std::vector<raw_task> copy_tasks();
  /// Kills them, without waiting for it.
  void kill_everything(const std::string& reason);
  /// Kills the tasks of every loop. `all_ended` is called on the main loop when the last of them has ended.
  void end_tasks(std::function<void()> all_ended);
  /// Ends the loops and their threads. Gives whether all did within `limit`, with no task left: what did not is left
  /// behind.
  [[nodiscard]] bool stop(duration limit);
  /// Failures that no one looked at. After stop().
  [[nodiscard]] std::size_t unhandled() const noexcept { return unhandled_; }

 private:
  class worker;

  std::shared_ptr<loop_team> team_;
  std::vector<std::shared_ptr<worker>> workers_;
  std::size_t tasks_ended_ = 0;  // loops whose tasks have
  std::size_t unhandled_ = 0;
};

/// Kills the tasks of the calling thread's loop, the youngest first, so that a task unwinds before those that spawned it,
/// whose locals it may use.
void kill_everything(loop& of, const std::string& reason);

/// Brings a loop that was stopped to its end, which takes as long as what it has posted to other threads, at most
/// `grace`. Gives whether it may be destroyed: no task is left.
[[nodiscard]] bool retire(loop& stopped, duration grace);

}  // namespace weft::detail

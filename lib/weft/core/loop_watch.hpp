#pragma once

#include <weft/core/loop.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/stack_copy.hpp>
#include <weft/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pthread.h>
#include <sys/types.h>

namespace weft::detail {

/// A loop, seen from another thread.
class loop_watch {
 public:
  /// Called on the loop's thread.
  explicit loop_watch(loop& own) noexcept;

  [[nodiscard]] loop& watched() const noexcept { return *loop_; }
  /// Looks at the pulse; says in the log when the loop has been held for longer than `limit`, and when it is free again.
  ///
  /// One step that lasts is named; many that do not, but keep the loop from its sockets and timers, are said to be that.
  void look(duration limit);
  /// Whether the loop sleeps.
  [[nodiscard]] bool is_idle() const noexcept { return pulse_->turns.load(std::memory_order_relaxed) % 2 == 0; }
  /// Lets the loop wake the watchdog when its next turn begins. False when one has begun meanwhile.
  bool sleep() noexcept;

  /// The tasks of a loop that does not answer, copied in the middle of what it does.
  [[nodiscard]] std::vector<raw_task> copy_tasks() const;

 private:
  struct held_task {
    raw_task task;
    bool found = false;
    stack_copy stack;
  };

  enum class report { none, many_steps, one_step };

  static void copy_running(void* to, const ucontext_t& interrupted);
  /// Gives false when it cannot be done.
  [[nodiscard]] bool copy_held(held_task& to) const;
  void report_step(time_point now);
  void report_many(time_point now);
  void report_end(time_point now);
  [[nodiscard]] std::string activity(time_point now) const;

  loop* loop_;
  const scheduler* scheduler_;  // of the loop's thread
  const loop_pulse* pulse_;
  loop_pulse* own_pulse_;
  pthread_t thread_;
  pid_t thread_id_;
  clockid_t cpu_clock_ = 0;
  std::uint64_t turn_ = 0;
  std::uint64_t step_ = 0;
  time_point turn_since_;
  time_point step_since_;
  std::int64_t cpu_at_step_ = 0;
  report reported_ = report::none;
  std::string culprit_;
};

}  // namespace weft::detail

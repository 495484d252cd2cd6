#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <source_location>

namespace weft {
class loop;
class instrument;
}  // namespace weft

namespace weft::detail {

class task_state;

/// What a watchdog sees of a loop from outside. Written by the loop's thread alone.
struct loop_pulse {
  /// Odd while ready tasks and callbacks run, even between two turns.
  std::atomic<std::uint64_t> turns = 0;
  /// Resumptions of tasks.
  std::atomic<std::uint64_t> steps = 0;
  /// Set by a watchdog that sleeps until the next turn begins.
  std::atomic<bool> is_unwatched = false;
  /// The call that the thread waits in, see blocking_wait; null: none.
  std::atomic<const char*> waits_in = nullptr;
};

inline void count_up(std::atomic<std::uint64_t>& counter) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// What the running thread executes: the hot part of its loop, in thread-local storage.
///
/// Invariants: `current` is set exactly while a coroutine of that task runs; `next` is the coroutine to resume when the
/// running one gives back control (the trampoline: no coroutine resumes another one on its own stack); `active` is set
/// while the ready list is going to be drained by a frame further up the stack; `ready_tail` means something only while
/// `ready_head` is set.
struct scheduler {
  /// Waits that need not wait, in a row, before the task has to give way.
  static constexpr std::uint32_t credit_of_a_step = 128;

  std::coroutine_handle<> next;
  task_state* current = nullptr;
  task_state* ready_head = nullptr;
  task_state* ready_tail = nullptr;
  loop* home = nullptr;
  instrument* hooks = nullptr;
  /// Where the running task has written its last co_await.
  std::source_location last_await;
  loop_pulse pulse;
  /// When the present batch of ready tasks began, on the coarse monotonic clock, in nanoseconds.
  std::int64_t turn_began = 0;
  std::uint32_t credit = credit_of_a_step;
  bool active = false;
};

extern constinit thread_local scheduler this_scheduler [[gnu::tls_model("initial-exec")]];

/// While it lives, the running thread waits in `call`, a literal: a watchdog names it where a loop stands still meanwhile.
class blocking_wait {
 public:
  explicit blocking_wait(const char* call) noexcept : before_(this_scheduler.pulse.waits_in.load(relaxed)) {
    this_scheduler.pulse.waits_in.store(call, relaxed);
  }
  blocking_wait(const blocking_wait&) = delete;
  blocking_wait& operator=(const blocking_wait&) = delete;
  ~blocking_wait() { this_scheduler.pulse.waits_in.store(before_, relaxed); }

 private:
  static constexpr auto relaxed = std::memory_order_relaxed;
  const char* before_;
};

/// Whether a wait that need not wait may go on at once. Now and then it may not: a task that only ever finds things
/// ready has to give way to the others, to timers and to I/O.
[[nodiscard]] inline bool may_go_on() noexcept {
  std::uint32_t& credit = this_scheduler.credit;
  if (credit == 0) return false;
  --credit;
  return true;
}

}  // namespace weft::detail

#pragma once

#include <weft/core/instrument.hpp>
#include <weft/core/spawn.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

struct run_options {
  /// Name of the main task.
  std::string name = "main";
  /// Loops, each on a thread of its own; the main task runs on the calling thread's, others with spawn_on(). A task
  /// stays on its loop. With several, the hook and the instrument below are called on all threads, one at a time.
  std::size_t threads = 1;
  /// How long the tasks that are left when the main task has ended, or when a signal came, may take to end.
  duration shutdown_grace = std::chrono::seconds(5);
  /// Called for each failure that no one looked at; none: it is logged.
  unhandled_hook on_unhandled = {};
  /// Called with the tasks, as dump() shows them, when nothing can wake the main task; none: they are logged.
  std::function<void(std::string_view tasks)> on_deadlock = {};
  /// How long one step of a task, or one turn of the loop, may take before it is reported in the log; none: any time.
  /// A watched run also answers SIGUSR2 with a dump on standard error, where the signal has no other use.
  std::optional<duration> watchdog = std::chrono::milliseconds(100);
  /// Whether weft-top may look into the process; WEFT_DEBUG=1 in the environment says so, too.
  bool debugger = false;
  clock_mode clock = clock_mode::real;
  /// How far a simulated clock may go, and how often it may jump to a deadline, before the main task is taken to be stuck
  /// beside tasks that tick on: the same as a deadlock. None: for ever.
  std::optional<duration> time_limit = {};
  std::optional<std::uint64_t> jump_limit = {};
  /// Shuffles the order in which ready tasks run, always in the same way for the same number; none: first come, first
  /// served. For tests.
  std::optional<std::uint64_t> seed = {};
  /// Is told every step of every task; none: nobody is.
  std::shared_ptr<weft::instrument> instrument = {};
  /// A file for chrome_trace(); run() throws when it cannot be made. Empty: that of WEFT_TRACE in the environment, if
  /// any; for a process's second run() it is FILE.2, and so on, and one that cannot be made is said in the log.
  std::string trace = {};
};

namespace detail {

/// What run() does instead of running its main, where the process is another's worker (see worker_entry.hpp). Does not return.
inline void (*run_instead)() = nullptr;

/// A loop, from the start of its main task to the end of its last one.
class runner {
 public:
  explicit runner(run_options options);
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;
  ~runner();

  void set_main(state_ptr<task_state> main);
  /// Runs until the main task has ended and the others have been ended. Gives the exit code: 128 + the signal that
  /// ended it, 1 for an unhandled failure, else 0.
  int execute();

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace detail

/// Runs a loop on the calling thread: `main(args...)` as its first task, until that has ended; then kills the tasks
/// that are left, on every loop, waits for them, at most `shutdown_grace`, and joins the other loops' threads.
///
/// A main task that nothing can wake any more is a deadlock: it is reported, and killed. Waiting for another thread is
/// none, see mt::keep_alive; with several loops it takes that none of them can do anything any more, and the tasks of all
/// are reported and killed.
/// The exit code: what a task<int> gave, 0 for a task<>; 1 when main, or any task that no one looked at, failed; 128 +
/// the signal after SIGINT (130), SIGTERM (143) or SIGHUP (129), which kill the main task once; a second SIGINT or
/// SIGTERM ends the process at once, also while the loop is held. SIGHUP only when it would end the process: not under nohup, nor when a handler is
/// installed before. Threads: one loop a thread. Errors: std::logic_error when a loop runs on this thread already;
/// std::invalid_argument for no thread at all, or several with a simulated clock; std::system_error when there is no
/// thread to be had.
template <class F, class... Args>
  requires(!std::is_same_v<F, run_options>)
int run(run_options options, F main, Args... args) {
  using result = typename std::invoke_result_t<F, Args...>::value_type;
  static_assert(std::is_void_v<result> || std::is_same_v<result, int>, "run(main): main returns task<> or task<int>");
  const std::string name = options.name;
  detail::runner runner(std::move(options));
  auto main_handle = spawn(spawn_options{name}, std::move(main), std::move(args)...);
  auto& state = handle_access::state(main_handle);
  runner.set_main(detail::state_ptr<detail::task_state>(&state));
  const int code = runner.execute();
  if constexpr (std::is_same_v<result, int>) {
    if (code == 0 && main_handle.ok()) return state.take();
  }
  return code;
}

template <class F, class... Args>
  requires(!std::is_same_v<F, run_options>)
int run(F main, Args... args) {
  return run(run_options(), std::move(main), std::move(args)...);
}

}  // namespace weft

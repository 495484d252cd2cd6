#pragma once

#include <weft/core/mailbox.hpp>
#include <weft/core/open_calls.hpp>
#include <weft/core/scheduler.hpp>
#include <weft/core/task_state.hpp>
#include <weft/core/time.hpp>
#include <weft/core/timer_queue.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

namespace detail {
class loop_team;
}

/// What happens to a failure that no one looked at: called with the name of the task and what it threw.
using unhandled_hook = std::function<void(std::string_view task, std::exception_ptr error)>;

struct loop_options {
  /// What happens to failures that no one looked at; none: they are logged.
  unhandled_hook on_unhandled = {};
  clock_mode clock = clock_mode::real;
  /// How far a simulated clock may go, and how often it may jump, before the loop stops; none: for ever.
  std::optional<duration> time_limit = {};
  std::optional<std::uint64_t> jump_limit = {};
  /// Shuffles the order in which ready tasks run; none: first come, first served.
  std::optional<std::uint64_t> seed = {};
  /// The loops of the same run(), where there are several, and which of them this one is.
  std::shared_ptr<detail::loop_team> team = {};
  std::size_t index = 0;
};

namespace detail {

/// What keeps a callback for loop::post().
template <class F>
class posted_call final : private parcel {
 public:
  /// Gives whether the loop is there to call it.
  static bool send(mailbox& to, F f) {
    std::unique_ptr<posted_call> call(new posted_call(std::move(f)));
    return to.deliver(*call.release());
  }

 private:
  explicit posted_call(F&& f) : f_(std::move(f)) {}
  void arrive() noexcept override;
  void bounce() noexcept override { delete this; }

  F f_;
};

/// Something to be tried once the reactor's present batch of completions has been dealt with. Lives in an awaiter.
class postponed : public fifo_hook {
 public:
  virtual void attempt() noexcept = 0;

 protected:
  ~postponed() = default;
};

/// Holds the loop's list of task lists; a base, so that it is there before the loop's own list joins it.
struct child_list_owner {
  fifo<child_list> lists;
};

}  // namespace detail

/// The tasks, timers and I/O of one thread.
///
/// Ownership:  made and owned by run(); this_loop() gives the running one.
/// Threads:    confined to its thread, but for post() and the executor.
/// Fairness:   at most 256 resumptions of ready tasks, then the reactor is polled.
/// Time:       a simulated clock stands while anything is ready, then jumps to the next deadline; while another thread
///             works for the loop it goes on as the real one does. Other processes know nothing of it. A sleep to the
///             end of time never ends, and does not keep the loop running.
class loop final : private detail::child_list_owner, private detail::child_list {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  explicit loop(loop_options options);
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;
  ~loop();

  /// The io_context's executor, for Asio objects and operations.
  [[nodiscard]] executor_type get_executor() noexcept { return context_.get_executor(); }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

  [[nodiscard]] time_point now() const noexcept {
    return simulated_ ? simulated_now_ : std::chrono::steady_clock::now();
  }

  /// Runs `f()` on the loop's thread soon; what it throws is reported as unhandled. Gives false when the loop has come
  /// to its end and `f` is not going to be called. Threads: any; mt::post() is for those that may outlive the loop.
  template <class F>
  bool post(F f) {
    return detail::posted_call<F>::send(*mailbox_, std::move(f));
  }

  /// Its number among the loops of the same run(); the main task runs on 0.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  /// The tasks that no group owns.
  [[nodiscard]] detail::child_list& root() noexcept { return *this; }
  /// The tasks without a group, and those of every group, oldest first.
  [[nodiscard]] detail::fifo<detail::child_list>& task_lists() noexcept { return lists; }

  // For the runtime.
  [[nodiscard]] const std::shared_ptr<detail::mailbox>& mailbox() const noexcept { return mailbox_; }
  /// Calls of offload::post() that have not ended.
  [[nodiscard]] const std::shared_ptr<detail::open_calls>& open_calls() const noexcept { return open_calls_; }
  /// Threads that its tasks have started, and that it waits for at its end.
  [[nodiscard]] const std::shared_ptr<detail::open_calls>& own_threads() const noexcept { return own_threads_; }
  [[nodiscard]] detail::timer_queue& timers() noexcept { return timers_; }
  /// Has `work` tried behind what is ready now; one turn of the loop for all that come before.
  void postpone(detail::postponed& work);
  void take_back(detail::postponed& work) noexcept { postponed_.erase(work); }
  /// Different from those of the other loops of the same run().
  [[nodiscard]] std::uint64_t next_task_id() noexcept { return last_task_id_ += task_id_step_; }
  /// The loops of the same run(); null when this is the only one.
  [[nodiscard]] detail::loop_team* team() const noexcept { return team_.get(); }
  /// Another loop has sent something: see loop_team.
  void end_idle() noexcept;
  /// Sets a simulated clock that goes on with the real one: before what another thread has sent is seen.
  void catch_up() noexcept;
  /// Whether it was stopped because its simulated time was used up; from then on it has no limit.
  [[nodiscard]] bool is_out_of_time() const noexcept { return out_of_time_; }
  [[nodiscard]] std::size_t unhandled() const noexcept { return unhandled_; }
  /// `origin`, where known, says in the log where the task was spawned: "prog+0x12ab", for addr2line.
  void report_unhandled(std::string_view task, const std::exception_ptr& error, std::string_view origin = {}) noexcept;
  void schedule_drain();
  /// What lies between the two is a turn.
  void begin_turn() noexcept;
  void drain();
  /// Written to, an eventfd, when a turn begins that the watchdog does not see; -1: there is no watchdog.
  int watch_event = -1;
  /// Runs handlers until stop() or until nothing is left that could wake a task; one of several loops waits for parcels
  /// of the others as long as it may get any. What a handler throws is reported as unhandled.
  void run();
  void stop() noexcept;
  /// Another thread works for the loop: see foreign_work.
  void add_foreign_work() noexcept;
  void remove_foreign_work() noexcept;
  /// From now on tasks without a group are killed before they begin.
  void set_ending() noexcept { ending_ = true; }
  [[nodiscard]] bool is_ending() const noexcept { return ending_; }
  /// Called when the list of root tasks has become empty.
  std::function<void()> on_idle;

 private:
  [[nodiscard]] bool child_ended(detail::task_state& child) noexcept override;
  void arm_timer();
  void wake_watchdog() const noexcept;
  void shuffle_ready();
  void run_handlers();
  [[nodiscard]] bool wait_for_others();
  void run_simulated();
  void wait_or_jump();
  [[nodiscard]] bool may_jump_to(time_point deadline) noexcept;
  void fire_timers();
  void schedule_attempts();
  void attempt_postponed() noexcept;

  boost::asio::io_context context_{1};
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    executor_type>
      timer_{context_};
  detail::timer_queue timers_;
  time_point armed_until_ = time_point::max();
  bool timers_are_work_ = false;
  bool drain_scheduled_ = false;
  bool stopped_ = false;
  bool ending_ = false;
  bool attempt_scheduled_ = false;
  detail::fifo<detail::postponed> postponed_;
  std::shared_ptr<detail::loop_team> team_;
  std::size_t index_;
  bool idle_ = false;
  std::uint64_t task_id_step_;
  std::uint64_t last_task_id_;
  std::size_t unhandled_ = 0;
  std::size_t foreign_work_ = 0;
  bool simulated_;
  time_point simulated_now_;
  std::optional<time_point> waits_since_;  // on the real clock, while the simulated one goes on with it
  time_point time_limit_ = time_point::max();
  std::uint64_t jumps_left_;
  bool out_of_time_ = false;
  std::optional<std::minstd_rand> random_;
  std::vector<detail::task_state*> shuffled_;
  std::size_t shuffled_left_ = 0;
  unhandled_hook on_unhandled_;
  std::shared_ptr<detail::open_calls> own_threads_ = std::make_shared<detail::open_calls>();
  std::shared_ptr<detail::open_calls> open_calls_ = std::make_shared<detail::open_calls>();
  std::shared_ptr<detail::mailbox> mailbox_ = std::make_shared<detail::mailbox>(context_);
};

/// The loop that runs the calling thread. Precondition: there is one, that is, the caller is inside of run().
[[nodiscard]] inline loop& this_loop() noexcept { return *detail::this_scheduler.home; }

namespace detail {

/// The thread runs no loop any more.
void leave_loop() noexcept;

/// Gives a failure that no one looked at to the running loop's hook; to the log when no loop runs.
void report_unhandled(std::string_view task, const std::exception_ptr& error) noexcept;
void report_unhandled(const task_state& failed) noexcept;

/// Calls `f`; what it throws is reported as unhandled.
template <class F>
void call_reporting(F&& f) noexcept {
  try {
    f();
  } catch (...) {
    report_unhandled("callback", std::current_exception());
  }
}

template <class F>
void posted_call<F>::arrive() noexcept {
  const std::unique_ptr<posted_call> self(this);
  call_reporting(f_);
}

/// Brackets code that Asio calls on the loop's thread: what it wakes runs when it is left. Nested ones do nothing.
class loop_entry {
 public:
  loop_entry() noexcept : outermost_(!this_scheduler.active) {
    if (outermost_) this_scheduler.home->begin_turn();
  }
  loop_entry(const loop_entry&) = delete;
  loop_entry& operator=(const loop_entry&) = delete;
  ~loop_entry() {
    if (outermost_) this_scheduler.home->drain();
  }

 private:
  bool outermost_;
};

}  // namespace detail

}  // namespace weft

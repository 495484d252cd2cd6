#include <weft/core/run.hpp>

#include <weft/core/logger.hpp>
#include <weft/core/loop_threads.hpp>
#include <weft/core/second_signal.hpp>
#include <weft/core/shared_instrument.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/trace.hpp>
#include <weft/core/watchdog.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include <spdlog/logger.h>

namespace weft::detail {

namespace {

/// For hooks that the threads of several loops call: one at a time.
unhandled_hook serialised(unhandled_hook hook) {
  auto mutex = std::make_shared<std::mutex>();
  return [mutex, hook = std::move(hook)](std::string_view task, const std::exception_ptr& error) {
    const std::lock_guard guard(*mutex);
    hook(task, error);
  };
}

/// What the loops have in common.
loop_options take_loop_options(run_options& options) {
  if (run_instead != nullptr) run_instead();
  if (this_scheduler.home != nullptr) throw std::logic_error("run() was called inside of run()");
  if (options.threads == 0) throw std::invalid_argument("run(): at least one thread is needed");
  loop_options common{std::move(options.on_unhandled), options.clock, options.time_limit, options.jump_limit,
                      options.seed};
  if (options.threads == 1) return common;
  if (options.clock == clock_mode::simulated) throw std::invalid_argument("run(): a simulated clock is for one thread");
  if (common.on_unhandled) common.on_unhandled = serialised(std::move(common.on_unhandled));
  common.team = std::make_shared<loop_team>(options.threads);
  return common;
}

/// WEFT_TRACE is asked for from outside: where it goes wrong the program runs without.
std::shared_ptr<instrument> trace_of_environment(std::string path) {
  static std::atomic<unsigned> runs = 0;
  if (const unsigned number = ++runs; number > 1) path += "." + std::to_string(number);
  try {
    return chrome_trace(path);
  } catch (const std::exception& error) {
    logger()->error("WEFT_TRACE: {}", error.what());
    return nullptr;
  }
}

/// What the steps of every loop are told to.
std::shared_ptr<instrument> take_hooks(run_options& options) {
  const char* wanted = ::secure_getenv("WEFT_TRACE");
  if (!options.trace.empty()) {
    options.instrument = both(chrome_trace(options.trace), std::move(options.instrument));
  } else if (wanted != nullptr && *wanted != 0) {
    options.instrument = both(trace_of_environment(wanted), std::move(options.instrument));
  }
  if (!options.instrument || options.threads == 1) return options.instrument;
  return std::make_shared<shared_instrument>(options.instrument);
}

const char* signal_name(int number) {
  switch (number) {
    case SIGINT: return "SIGINT";
    case SIGHUP: return "SIGHUP";
    default: return "SIGTERM";
  }
}

/// nohup ignores SIGHUP, and a program may have another use for it.
bool hangup_ends_process() {
  struct sigaction present{};
  return ::sigaction(SIGHUP, nullptr, &present) == 0 && present.sa_handler == SIG_DFL;
}

}  // namespace

/// Invariant: the wait for signals is taken out of the count of outstanding work, so that it alone does not keep the
/// loop running.
class runner::impl final : private completion_listener {
 public:
  explicit impl(run_options options)
      : common_(take_loop_options(options)),
        hooks_(take_hooks(options)),
        loop_(common_),
        options_(std::move(options)),
        signals_(loop_.get_executor()),
        others_(common_.team, common_, hooks_, options_.shutdown_grace) {
    this_scheduler.hooks = hooks_.get();
    if (common_.team) common_.team->enter(0, loop_.mailbox());
    others_.start();
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { static_cast<void>(others_.stop(options_.shutdown_grace)); }

  void set_main(state_ptr<task_state> main) {
    main_ = std::move(main);
    main_->add_listener(*this);
  }

  /// Whether every task of the loop has ended; if not, it must not be destroyed.
  [[nodiscard]] bool is_retired() const noexcept { return retired_; }

  int execute() {
    start_watchdog();
    std::vector<int> numbers{SIGINT, SIGTERM};
    if (hangup_ends_process()) numbers.push_back(SIGHUP);
    for (const int number : numbers) signals_.add(number);
    const second_signal ends_at_once(numbers);
    wait_for_signal();
    loop_.run();
    if (!main_->ended()) break_deadlock();
    shut_down();
    loop_.get_executor().on_work_started();
    signals_.clear();
    if (watchdog_) watchdog_->unwatch(loop_);
    if (options_.instrument) options_.instrument->loop_ended();
    return exit_code();
  }

 private:
  void completed(task_state& /*ended*/) noexcept override { loop_.stop(); }

  void start_watchdog() {
    const bool serves = options_.debugger || is_debugger_wanted();
    const bool watches = options_.watchdog && options_.clock == clock_mode::real;
    if (!serves && !watches) return;
    watchdog_ = std::make_shared<watchdog>(watchdog_options{watches ? options_.watchdog : std::nullopt, serves});
    watchdog_->watch(loop_);
    others_.be_watched(watchdog_);
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      loop_.get_executor().on_work_started();
      if (signal_) return wait_for_signal();  // a SIGHUP: see second_signal
      signal_ = number;
      wait_for_signal();
      const loop_entry entry;
      main_->kill(signal_name(number));
      arm_grace();
    });
    loop_.get_executor().on_work_finished();
  }

  void arm_grace() {
    grace_.expires_after(options_.shutdown_grace);
    grace_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      grace_over_ = true;
      loop_.stop();
    });
  }

  /// The main task waits, and nothing is left that could wake it.
  void break_deadlock() {
    if (grace_over_) return;
    report_deadlock();
    deadlock_ = true;
    const std::string reason = loop_.is_out_of_time() ? "out of simulated time" : "deadlock";
    others_.kill_everything(reason);
    kill_everything(loop_, reason);
    if (!main_->ended()) loop_.run();
  }

  void report_deadlock() {
    auto all = copy_tasks(loop_);
    for (const raw_task& task : others_.copy_tasks()) all.push_back(task);
    const std::string tasks = to_text(describe_tasks(all));
    if (options_.on_deadlock) {
      call_reporting([&] { options_.on_deadlock(tasks); });
    } else if (loop_.is_out_of_time()) {
      logger()->error("task '{}' did not end in its simulated time\n{}", main_->name(), tasks);
    } else {
      logger()->error("deadlock: nothing can wake task '{}'\n{}", main_->name(), tasks);
    }
  }

  [[nodiscard]] bool tasks_have_ended() noexcept { return others_ended_ && loop_.root().empty(); }
  void stop_at_the_end() noexcept {
    if (tasks_have_ended()) loop_.stop();
  }

  /// Ends the tasks that are left on every loop, and the other loops.
  void shut_down() {
    loop_.set_ending();
    loop_.on_idle = [this] { stop_at_the_end(); };
    // A main task that used up the grace after a signal leaves the others one of their own.
    if (!signal_ || grace_over_) arm_grace();
    grace_over_ = false;
    others_.end_tasks([this] {
      others_ended_ = true;
      stop_at_the_end();
    });
    // What other threads have sent meanwhile may spawn tasks, which are ended with the others.
    loop_.mailbox()->open_all();
    {
      const loop_entry entry;
      loop_.root().kill_all("the main task has ended");
    }
    if (!tasks_have_ended()) loop_.run();
    clean_ = others_.stop(options_.shutdown_grace);
    retired_ = retire(loop_, options_.shutdown_grace);
    clean_ = clean_ && retired_;
  }

  [[nodiscard]] int exit_code() {
    if (main_->status() == task_status::failed) report_unhandled(main_->name(), main_->look_at_error());
    if (signal_) return 128 + *signal_;
    if (main_->status() == task_status::killed && !deadlock_) {
      logger()->error("task '{}' was killed: {}", main_->name(), describe(main_->error()));
    }
    return loop_.unhandled() + others_.unhandled() > 0 || !clean_ || deadlock_ || main_->status() != task_status::ok
               ? 1
               : 0;
  }

  const loop_options common_;
  const std::shared_ptr<instrument> hooks_;
  loop loop_;
  run_options options_;
  boost::asio::basic_signal_set<loop::executor_type> signals_;
  boost::asio::steady_timer grace_{loop_.context()};
  loop_threads others_;
  state_ptr<task_state> main_;
  std::optional<int> signal_;
  std::shared_ptr<watchdog> watchdog_;
  bool others_ended_ = false;
  bool grace_over_ = false;
  bool deadlock_ = false;
  bool clean_ = true;
  bool retired_ = true;
};

runner::runner(run_options options) : impl_(std::make_unique<impl>(std::move(options))) {}

runner::~runner() {
  // Frames of tasks that did not end refer to the loop: it is left to the end of the process.
  if (!impl_->is_retired()) {
    impl_.release();  // NOLINT(bugprone-unused-return-value)
    leave_loop();
  }
}

void runner::set_main(state_ptr<task_state> main) { impl_->set_main(std::move(main)); }

int runner::execute() { return impl_->execute(); }

}  // namespace weft::detail

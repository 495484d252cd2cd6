#include <weft/core/loop_threads.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/snapshot.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <pthread.h>
#include <spdlog/logger.h>

namespace weft::detail {

namespace {

/// Signals that are sent to the process stay with the main thread, which has tasks that may expect them.
void block_process_signals(sigset_t& before) noexcept {
  sigset_t sent;
  sigemptyset(&sent);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGWINCH}) {
    sigaddset(&sent, number);
  }
  pthread_sigmask(SIG_BLOCK, &sent, &before);
}

}  // namespace

void kill_everything(loop& of, const std::string& reason) {
  std::vector<task_state*> all;
  const auto& lists = of.task_lists();
  for (const child_list* list = lists.front(); list != nullptr; list = lists.after(*list)) {
    for (task_state* t = list->tasks().front(); t != nullptr; t = list->tasks().after(*t)) all.push_back(t);
  }
  std::ranges::sort(all, std::ranges::greater(), &task_state::id);
  const loop_entry entry;
  for (task_state* t : all) t->kill(std::string(reason));
}

bool retire(loop& stopped, duration grace) {
  if (stopped.root().empty()) stopped.mailbox()->close();
  // What came in the last moment may have spawned tasks, which are ended before they begin.
  if (!stopped.root().empty() && stopped.is_ending() && stopped.mailbox()->is_closed()) {
    stopped.on_idle = [&stopped] { stopped.stop(); };
    stopped.run();
  }
  if (!stopped.open_calls()->wait(grace))
    logger()->error("calls on other threads did not end in time and are left behind");
  if (!stopped.own_threads()->wait(grace)) {
    logger()->warn("waiting for threads that tasks have started");
    static_cast<void>(stopped.own_threads()->wait(duration::max()));
  }
  if (stopped.root().empty()) return true;
  stopped.mailbox()->abandon();
  logger()->error("tasks did not end in time and are left behind\n{}", to_text(describe_tasks(copy_tasks(stopped))));
  return false;
}

/// One loop and its thread. Shared with the thread, which may have to be left behind.
class loop_threads::worker : public std::enable_shared_from_this<worker> {
 public:
  worker(loop_options options, std::shared_ptr<instrument> instrument, duration grace)
      : options_(std::move(options)), instrument_(std::move(instrument)), grace_(grace) {}

  [[nodiscard]] loop_options& options() noexcept { return options_; }

  void start() {
    std::promise<void> entered;
    auto has_entered = entered.get_future();
    sigset_t before;
    block_process_signals(before);
    const scope_exit restore([&] { pthread_sigmask(SIG_SETMASK, &before, nullptr); });
    thread_ = std::thread([self = shared_from_this(), &entered] { self->live(entered); });
    has_entered.get();
  }
  [[nodiscard]] bool is_running() const noexcept { return thread_.joinable(); }

  template <class F>
  void post(F f) {
    posted_call<F>::send(*options_.team->mailbox_of(options_.index), std::move(f));
  }

  // On its loop.
  void be_watched(const std::shared_ptr<watchdog>& by) {
    watchdog_ = by;
    watchdog_->watch(this_loop());
  }
  void end_tasks(std::function<void()> all_ended) {
    loop& home = this_loop();
    home.set_ending();
    home.on_idle = [this, all_ended = std::move(all_ended)]() mutable {
      if (all_ended)
        posted_call<std::function<void()>>::send(*options_.team->mailbox_of(0), std::exchange(all_ended, {}));
    };
    home.root().kill_all("the main task has ended");
    if (home.root().empty()) home.on_idle();
  }

  /// Waits for the end of the thread; gives whether it has ended, and has left nothing behind.
  [[nodiscard]] bool join_until(time_point deadline) {
    std::unique_lock guard(mutex_);
    if (!has_ended_.wait_until(guard, deadline, [&] { return ended_; })) {
      guard.unlock();
      thread_.detach();
      logger()->error("loop {} is held by a task that never waits, and is left behind", options_.index);
      return false;
    }
    guard.unlock();
    thread_.join();
    return clean_;
  }
  [[nodiscard]] std::size_t unhandled() const {
    const std::lock_guard guard(mutex_);
    return unhandled_;
  }

 private:
  void live(std::promise<void>& entered) {
    const std::string name = "weft-loop-" + std::to_string(options_.index);
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    auto home = std::make_unique<loop>(options_);
    this_scheduler.hooks = instrument_.get();
    options_.team->enter(options_.index, home->mailbox());
    entered.set_value();
    home->run();
    const bool clean = retire(*home, grace_);
    const std::size_t unhandled = home->unhandled();
    if (watchdog_) watchdog_->unwatch(*home);
    watchdog_.reset();
    if (clean) {
      home.reset();
    } else {
      home.release();  // NOLINT(bugprone-unused-return-value): frames that did not end refer to it
      leave_loop();
    }
    const std::lock_guard guard(mutex_);
    unhandled_ = unhandled;
    clean_ = clean;
    ended_ = true;
    has_ended_.notify_all();
  }

  loop_options options_;
  std::shared_ptr<instrument> instrument_;
  duration grace_;
  std::shared_ptr<watchdog> watchdog_;  // the loop's thread's
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable has_ended_;
  std::size_t unhandled_ = 0;  // these under mutex_
  bool clean_ = false;
  bool ended_ = false;
};

loop_threads::loop_threads(const std::shared_ptr<loop_team>& team, const loop_options& options,
                           const std::shared_ptr<instrument>& instrument, duration grace)
    : team_(team) {
  if (!team) return;
  for (std::size_t index = 1; index < team->size(); ++index) {
    workers_.push_back(std::make_shared<worker>(options, instrument, grace));
    workers_.back()->options().index = index;
  }
}

loop_threads::~loop_threads() = default;

void loop_threads::start() {
  try {
    for (const auto& each : workers_) each->start();
  } catch (...) {
    static_cast<void>(stop(std::chrono::hours(1)));
    throw;
  }
}

void loop_threads::be_watched(const std::shared_ptr<watchdog>& by) {
  for (const auto& each : workers_) {
    each->post([self = each.get(), by] { self->be_watched(by); });
  }
}

std::vector<raw_task> loop_threads::copy_tasks() {
  std::vector<std::future<std::vector<raw_task>>> arrivals;
  for (const auto& each : workers_) {
    auto answer = std::make_shared<std::promise<std::vector<raw_task>>>();
    arrivals.push_back(answer->get_future());
    each->post([answer = std::move(answer)] { answer->set_value(detail::copy_tasks(this_loop())); });
  }
  std::vector<raw_task> all;
  for (auto& arrival : arrivals) {
    // A hook of the program may hold one of the threads.
    if (arrival.wait_for(std::chrono::seconds(1)) != std::future_status::ready) continue;
    for (const raw_task& task : arrival.get()) all.push_back(task);
  }
  return all;
}

void loop_threads::kill_everything(const std::string& reason) {
  for (const auto& each : workers_) {
    each->post([reason] { detail::kill_everything(this_loop(), reason); });
  }
}

void loop_threads::end_tasks(std::function<void()> all_ended) {
  if (workers_.empty()) return all_ended();
  const std::function<void()> one_ended = [this, all_ended = std::move(all_ended)] {
    if (++tasks_ended_ == workers_.size()) all_ended();
  };
  for (const auto& each : workers_) {
    each->post([self = each.get(), one_ended] { self->end_tasks(one_ended); });
  }
}

bool loop_threads::stop(duration limit) {
  std::vector<std::shared_ptr<worker>> running;
  for (auto& each : std::exchange(workers_, {})) {
    if (each->is_running()) running.push_back(std::move(each));
  }
  for (const auto& each : running) {
    each->post([] { this_loop().stop(); });
  }
  const time_point now = std::chrono::steady_clock::now();
  const time_point deadline = limit < time_point::max() - now ? now + limit : time_point::max();
  bool clean = true;
  for (const auto& each : running) {
    if (!each->join_until(deadline)) clean = false;
    unhandled_ += each->unhandled();
  }
  return clean;
}

}  // namespace weft::detail

#include <weft/pool/process_errors.hpp>
#include <weft/pool/process_pool_core.hpp>
#include <weft/pool/worker_setup.hpp>

#include <weft/core/cancelled.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace weft::detail {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Workers in a row that end before they are ready, while none does a task, until the pool gives up.
constexpr std::size_t most_failed_starts = 5;
/// How often workers that have something to do are looked at, whether they stand still.
constexpr auto stopped_check = 100ms;

duration restart_delay(std::size_t failures) {
  return failures < 2 ? 0ms : std::min(5ms * (1 << std::min<std::size_t>(failures, 8)), 500ms);
}

std::string to_text(const process_status& how) {
  if (const auto* end = std::get_if<exited>(&how)) return "exited with " + std::to_string(end->code);
  return "was ended by signal " + std::to_string(std::get<signaled>(how).signal);
}

}  // namespace

void process_pool_core::serve() {
  pthread_setname_np(pthread_self(), "weft-processes");
  const inside_pool inside(*this);
  for (;;) {
    start_workers();
    read_all();
    bury_the_dead();
    look_at_due();
    look_at_stopped();
    feed_workers();
    stop_idle_workers();
    {
      const std::lock_guard guard(mutex_);
      if (is_finished()) break;
    }
    wait_for_something();
  }
  const std::lock_guard guard(mutex_);
  finished_ = true;
  finished_signal_.notify_all();
}

bool process_pool_core::is_finished() const {
  return closed_ && queued_count_ + given_count_ == 0 &&
         std::ranges::none_of(workers_, [](const auto& worker) { return worker.exists(); });
}

std::optional<time_point> process_pool_core::next_due() {
  std::optional<time_point> next;
  const auto add = [&](std::optional<time_point> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!due_.empty()) add(due_.begin()->first);
  for (const auto& worker : workers_) {
    if (!broken_ && !(closed_ && queued_count_ == 0)) add(worker.restart_at);
    add(worker.kill_at);
  }
  // Also when what waits could not be given for want of something: there may be more of it by then.
  if (given_count_ + queued_count_ != 0) add(clock::now() + stopped_check);
  return next;
}

void process_pool_core::wait_for_something() {
  int limit = -1;
  {
    const std::lock_guard guard(mutex_);
    // From here on workers ring; what they have sent before is seen now.
    for (auto& worker : workers_) {
      if (!worker.exists() || worker.claimed) continue;
      worker.channel().control().parent_waits.store(parent_wait::service, std::memory_order_seq_cst);
      if (worker.channel().up().has_more()) return;
    }
    if (const auto at = next_due()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*at - clock::now()).count();
      limit = static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
    }
  }
  std::array<epoll_event, 16> events{};
  ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), limit);
  std::uint64_t count = 0;
  static_cast<void>(!::read(bell_.get(), &count, sizeof count));
}

void process_pool_core::read_all() {
  for (auto& worker : workers_) {
    {
      const std::lock_guard guard(mutex_);
      if (!worker.exists() || worker.claimed || !worker.channel().up().has_more()) continue;
      worker.claimed = true;
      worker.channel().control().parent_waits.store(parent_wait::nobody);
    }
    while (read(worker)) {
    }
    const std::lock_guard guard(mutex_);
    worker.claimed = false;
  }
}

void process_pool_core::start_workers() {
  for (auto& worker : workers_) {
    {
      const std::lock_guard guard(mutex_);
      if (broken_ || (closed_ && queued_count_ == 0)) return;
      if (worker.exists() || !worker.restart_at || *worker.restart_at > clock::now()) continue;
    }
    start_worker(worker);
  }
}

void process_pool_core::start_worker(worker_process& worker) {
  std::string failure;
  worker_process started;
  try {
    started.start(options_, bell_);
  } catch (const std::exception& e) {
    failure = e.what();
  }
  if (!failure.empty()) return worker_failed(failure);
  channels to_wake;
  {
    const std::lock_guard guard(mutex_);
    worker.take_process(started);
    worker.restart_at = std::nullopt;
    worker.phase_ = worker_process::phase::working;
    epoll_event ended{};
    ended.events = EPOLLIN;
    ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, worker.process().pidfd().get(), &ended);
    ++counts_.started;
    if (terminated_ || broken_) worker.process().send(SIGKILL);
    refill(worker, to_wake);
  }
  for (const auto& each : to_wake) each->wake_worker();
}

void process_pool_core::worker_failed(const std::string& why) {
  task_endings endings;
  const std::lock_guard guard(mutex_);
  const bool has_others = std::ranges::any_of(workers_, [](const auto& worker) { return worker.exists(); });
  ++failures_;
  if (++failed_starts_ >= most_failed_starts && !has_others) return break_down(why, endings);
  for (auto& worker : workers_) {
    if (worker.restart_at) worker.restart_at = clock::now() + restart_delay(failures_);
  }
}

void process_pool_core::bury_the_dead() {
  for (auto& worker : workers_) {
    {
      const std::lock_guard guard(mutex_);
      if (!worker.exists() || !worker.process().status()) continue;
      if (!worker.gone.exchange(true))
        ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, worker.process().pidfd().get(), nullptr);
      if (worker.claimed) {
        // Who reads its messages reads the last of them, and rings.
        nudge(worker);
        continue;
      }
      worker.claimed = true;
    }
    while (read(worker)) {
    }
    bury(worker);
  }
}

void process_pool_core::bury(worker_process& worker) {
  task_endings endings;
  const std::lock_guard guard(mutex_);
  const process_status how = *worker.process().status();
  const pid_t pid = worker.process().pid();
  const bool expected = worker.phase_ == worker_process::phase::stopping;
  const bool was_ready = worker.ready;
  std::vector<process_task*> unbegun;
  while (process_task* task = worker.first()) {
    const bool running = worker.is_running(*task);
    worker.remove(*task);
    if (running) {
      ++counts_.lost;
      lose(*task, how, pid, endings);
    } else {
      unbegun.push_back(task);
    }
  }
  for (process_task* task : unbegun) put_back(*task);
  // What the pool has ended itself says nothing about the workers.
  const bool was_ended = worker.reserved;
  worker.clear();
  worker.claimed = false;
  if (!was_ended) failures_ = expected ? 0 : failures_ + 1;
  if (!was_ready && !expected && !was_ended && ++failed_starts_ >= most_failed_starts) {
    break_down("its workers end before they have begun: the last " + to_text(how), endings);
  }
  worker.restart_at = clock::now() + (expected || was_ended ? 0ms : restart_delay(failures_));
}

void process_pool_core::lose(process_task& task, const process_status& how, pid_t pid, task_endings& endings) {
  if (!task.cancelled && !task.expired && task.retries != 0) {
    --task.retries;
    return put_back(task);
  }
  take_out(task);
  if (task.expired) {
    return endings.fail(task, std::make_exception_ptr(timed_out("task '" + task.name + "' did not end in time")));
  }
  if (task.cancelled) return endings.cancel(task);
  worker_loss loss{task.name, pid};
  if (const auto* end = std::get_if<exited>(&how)) {
    loss.exit_code = end->code;
  } else {
    loss.signal = std::get<signaled>(how).signal;
    loss.likely_oom = std::get<signaled>(how).likely_oom;
  }
  endings.fail(task, task.may_retry ? std::make_exception_ptr(poison_task(std::move(loss)))
                                    : std::make_exception_ptr(worker_lost(std::move(loss))));
}

void process_pool_core::look_at_due() {
  task_endings endings;
  const std::lock_guard guard(mutex_);
  const auto now = clock::now();
  while (!due_.empty() && due_.begin()->first <= now) look_at(*due_.begin()->second, now, endings);
  for (auto& worker : workers_) {
    if (!worker.kill_at || *worker.kill_at > now || !worker.exists()) continue;
    worker.process().send(SIGKILL);
    worker.kill_at = std::nullopt;
  }
}

/// Its time has come: softly, then hard; or it was cancelled and goes on.
void process_pool_core::look_at(process_task& task, time_point now, task_endings& endings) {
  worker_process* worker = task.where == process_task::place::given ? task.worker : nullptr;
  if (task.cancelled && worker != nullptr) {
    worker->process().send(task.signals == 0 ? SIGTERM : SIGKILL);
    if (task.signals != 0) return watch(task, {});
    ++task.signals;
    return watch(task, now + options_.grace);
  }
  if (task.deadline && *task.deadline <= now) {
    if (worker == nullptr || worker->revoke(task)) {
      if (worker != nullptr && worker->claimed) nudge(*worker);
      take_out(task);
      return endings.fail(task, std::make_exception_ptr(timed_out("task '" + task.name + "' did not begin in time")));
    }
    task.expired = true;
    reserve(*worker);
    worker->process().send(SIGKILL);
    return watch(task, {});
  }
  task.stop_asked = true;
  if (worker != nullptr) worker->ask_to_stop(task);
  watch(task, task.deadline);
}

void process_pool_core::look_at_stopped() {
  const std::lock_guard guard(mutex_);
  const auto now = clock::now();
  for (auto& worker : workers_) {
    if (!worker.exists()) continue;
    if (worker.load() == 0 || !worker.process().is_stopped()) {
      worker.stopped = std::nullopt;
    } else if (!worker.stopped) {
      worker.stopped = now;
    } else if (now - *worker.stopped >= options_.stopped_limit) {
      worker.process().send(SIGKILL);
    }
  }
}

void process_pool_core::feed_workers() {
  channels to_wake;
  {
    const std::lock_guard guard(mutex_);
    if (queued_count_ == 0) return;
    for (auto& worker : workers_) {
      if (worker.exists()) refill(worker, to_wake);
    }
  }
  for (const auto& each : to_wake) each->wake_worker();
}

void process_pool_core::stop_idle_workers() {
  const std::lock_guard guard(mutex_);
  const bool ending = closed_ && queued_count_ + given_count_ == 0;
  if (!ending) return;
  for (auto& worker : workers_) {
    if (!worker.exists() || worker.phase_ == worker_process::phase::stopping) continue;
    worker.send_stop();
    worker.kill_at = clock::now() + options_.grace;
  }
}

}  // namespace weft::detail

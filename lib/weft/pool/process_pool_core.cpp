#include <weft/pool/process_pool_core.hpp>

#include <weft/base/error.hpp>
#include <weft/pool/process_errors.hpp>
#include <weft/pool/thread_registry.hpp>
#include <weft/pool/worker_entry.hpp>
#include <weft/pool/worker_setup.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::detail {

void ring_bell(const unique_fd& bell) noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(bell.get(), &one, sizeof one));
}

bool cancel_task(process_pool_core& pool, process_task& task, std::string reason) {
  return pool.cancel(task, std::move(reason));
}

void help_task(process_pool_core& pool, process_task& task, std::optional<time_point> deadline) {
  pool.help(task, deadline);
}

task_endings::~task_endings() {
  for (ending& each : all_) {
    if (each.error) {
      each.task->fail(std::move(each.error));
    } else {
      each.task->end_cancelled();
    }
    each.task->state().release();
  }
}

process_pool_core::process_pool_core(process_pool_options options)
    : options_(std::move(options)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      events_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (options_.workers == 0) throw std::invalid_argument("a process_pool needs at least one worker");
  if (options_.max_tasks == std::size_t(0)) throw std::invalid_argument("a worker has to take at least one task");
  epoll_event bell{};
  bell.events = EPOLLIN;
  if (!bell_ || !events_ || ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, bell_.get(), &bell) != 0)
    throw_errno(errno, "cannot make the pool '" + options_.name + "'");
  workers_.resize(options_.workers);
  for (auto& worker : workers_) worker.restart_at = time_point();
}

void process_pool_core::start() {
  const signals_blocked blocked;
  service_ = std::thread([self = shared_from_this()] { self->serve(); });
}

void process_pool_core::ring() const noexcept { ring_bell(bell_); }

void process_pool_core::require_open() const {
  if (broken_) std::rethrow_exception(broken_);
  if (closed_) throw pool_closed("the pool '" + options_.name + "' is closed");
}

worker_process* process_pool_core::best_worker() noexcept {
  worker_process* best = nullptr;
  for (auto& worker : workers_) {
    if (!worker.can_take() || worker.load() >= worker.depth()) continue;
    if (best == nullptr || worker.load() < best->load()) best = &worker;
    if (best->load() == 0) break;
  }
  return best;
}

void process_pool_core::submit(process_task& task) {
  std::shared_ptr<worker_channel> to_wake;
  {
    const std::lock_guard guard(mutex_);
    require_open();
    task.id = ++last_id_;
    task.state().add_reference();
    if (task.soft || task.deadline) watch(task, task.soft ? task.soft : task.deadline);
    worker_process* given = queued_count_ == 0 ? best_worker() : nullptr;
    if (given != nullptr && given->give(task)) {
      ++given_count_;
      if (given->load() == 1) task.begun = task.state().begin();
      to_wake = given->shared_channel();
      retire_if_due(*given);
    } else {
      task.where = process_task::place::queued;
      queued_.push_back(task);
      ++queued_count_;
    }
  }
  if (to_wake) to_wake->wake_worker();
}

process_task* process_pool_core::next_queued() noexcept {
  process_task* next = requeued_.front();
  return next != nullptr ? next : queued_.front();
}

void process_pool_core::refill(worker_process& worker, channels& to_wake) {
  bool gave = false;
  if (queued_count_ == 0 && worker.load() == 0 && worker.can_take()) steal_for(worker);
  while (queued_count_ != 0 && worker.can_take() && worker.load() < worker.depth()) {
    process_task& next = *next_queued();
    if (!worker.give(next)) break;
    (next.requeued ? requeued_ : queued_).erase(next);
    next.requeued = false;
    --queued_count_;
    ++given_count_;
    gave = true;
    retire_if_due(worker);
  }
  if (process_task* first = worker.first(); first != nullptr && !first->begun) first->begun = first->state().begin();
  if (gave) to_wake.push_back(worker.shared_channel());
}

void process_pool_core::steal_for(worker_process& worker) {
  const auto loaded = [](const worker_process& a, const worker_process& b) { return a.load() < b.load(); };
  const auto victim = std::ranges::max_element(workers_, loaded);
  if (&*victim == &worker || victim->load() < 2) return;
  for (std::size_t wanted = victim->load() / 2; wanted != 0; --wanted) {
    process_task* taken = victim->revoke_last();
    if (taken == nullptr) break;
    put_back(*taken);
  }
  if (victim->claimed) nudge(*victim);
}

void process_pool_core::put_back(process_task& task) noexcept {
  --given_count_;
  task.where = process_task::place::queued;
  task.requeued = true;
  requeued_.push_back(task);
  ++queued_count_;
}

void process_pool_core::take_out(process_task& task) noexcept {
  if (task.where == process_task::place::queued) {
    (task.requeued ? requeued_ : queued_).erase(task);
    --queued_count_;
  } else if (task.where == process_task::place::given) {
    if (task.worker != nullptr) task.worker->remove(task);
    --given_count_;
  }
  task.where = process_task::place::ended;
  watch(task, {});
  ++counts_.completed;
  if (closed_ && queued_count_ + given_count_ == 0) ring();
}

void process_pool_core::watch(process_task& task, std::optional<time_point> at) {
  if (task.look_at) due_.erase({*task.look_at, &task});
  task.look_at = at;
  if (!at) return;
  due_.insert({*at, &task});
  if (due_.begin()->second == &task) ring();
}

void process_pool_core::reserve(worker_process& worker) noexcept {
  worker.reserved = true;
  while (process_task* taken = worker.revoke_last()) put_back(*taken);
  ring();
}

void process_pool_core::retire_if_due(worker_process& worker) {
  if (worker.phase_ == worker_process::phase::working && options_.max_tasks && worker.given >= *options_.max_tasks)
    worker.phase_ = worker_process::phase::retiring;
  if (worker.phase_ == worker_process::phase::retiring && worker.load() == 0) {
    worker.send_stop();
    worker.kill_at = std::chrono::steady_clock::now() + options_.grace;
    ring();
  }
}

void process_pool_core::nudge(worker_process& worker) noexcept {
  auto& waits = worker.channel().control().parent_waits;
  waits.store(parent_wait::nobody);
  shared_futex_wake(reinterpret_cast<const std::atomic<std::uint32_t>&>(waits), 1);
}

bool process_pool_core::cancel(process_task& task, std::string reason) {
  task_endings endings;
  const std::lock_guard guard(mutex_);
  switch (task.where) {
    case process_task::place::made: return false;
    case process_task::place::ended: return task.state().status() == future_state::stage::cancelled;
    case process_task::place::given: {
      worker_process& worker = *task.worker;
      if (!worker.revoke(task)) {
        if (task.cancelled) return true;
        task.cancelled = true;
        task.reason = std::move(reason);
        worker.ask_to_stop(task);
        reserve(worker);
        watch(task, std::chrono::steady_clock::now() + options_.grace);
        return true;
      }
      if (worker.claimed) nudge(worker);
      ring();  // the worker has room now
      break;
    }
    case process_task::place::queued: break;
  }
  task.reason = std::move(reason);
  take_out(task);
  endings.cancel(task);
  return true;
}

void process_pool_core::end_all(task_endings& endings, const std::exception_ptr& error) {
  const auto end = [&](process_task& task) {
    take_out(task);
    if (error) {
      endings.fail(task, error);
    } else {
      task.reason = "the pool was terminated";
      endings.cancel(task);
    }
  };
  while (process_task* next = next_queued()) end(*next);
  for (auto& worker : workers_) {
    while (process_task* next = worker.first()) end(*next);
    if (worker.exists()) worker.process().send(SIGKILL);
    if (worker.claimed) nudge(worker);
  }
  ring();
}

void process_pool_core::break_down(const std::string& why, task_endings& endings) {
  if (broken_ || terminated_) return;
  broken_ = std::make_exception_ptr(pool_broken("the pool '" + options_.name + "' is broken: " + why));
  end_all(endings, broken_);
}

bool process_pool_core::is_without_queue() const {
  const std::lock_guard guard(mutex_);
  return queued_count_ == 0;
}

void process_pool_core::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
  ring();
}

void process_pool_core::terminate() {
  task_endings endings;
  const std::lock_guard guard(mutex_);
  closed_ = true;
  if (terminated_) return;
  terminated_ = true;
  end_all(endings, nullptr);
}

bool process_pool_core::join(std::optional<time_point> deadline) {
  lock guard(mutex_);
  if (!closed_) throw std::logic_error("join() of the pool '" + options_.name + "', which is not closed");
  if (!deadline && is_inside())
    throw would_deadlock("a callback of the pool '" + options_.name + "' waits for its end");
  const blocking_wait waits("join() or the destructor of a process_pool");
  const auto over = [this] { return finished_; };
  if (!deadline || *deadline == time_point::max()) {
    finished_signal_.wait(guard, over);
  } else if (!finished_signal_.wait_until(guard, *deadline, over)) {
    return false;
  }
  std::thread service = std::move(service_);
  guard.unlock();
  if (service.joinable()) service.join();
  return true;
}

void process_pool_core::leave() {
  const std::lock_guard guard(mutex_);
  if (service_.joinable()) service_.detach();
}

process_pool_stats process_pool_core::stats() const {
  const std::lock_guard guard(mutex_);
  process_pool_stats now = counts_;
  now.queued = queued_count_;
  now.given = given_count_;
  now.workers =
      static_cast<std::size_t>(std::ranges::count_if(workers_, [](const auto& worker) { return worker.exists(); }));
  return now;
}

std::vector<pid_t> process_pool_core::pids() const {
  const std::lock_guard guard(mutex_);
  std::vector<pid_t> all;
  for (const auto& worker : workers_) {
    if (worker.exists()) all.push_back(worker.process().pid());
  }
  return all;
}

}  // namespace weft::detail

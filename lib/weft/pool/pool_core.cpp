#include <weft/pool/pool_core.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/core/logger.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/pool_alarm.hpp>

#include <stdexcept>

#include <spdlog/logger.h>

namespace weft::detail {

void pool_identity::report(const std::string& what, const std::exception_ptr& error) const noexcept {
  if (!on_unhandled) return report_unhandled(what, error);
  try {
    on_unhandled(what, error);
  } catch (...) {
    logger()->critical("the hook for unhandled errors failed: {}", describe(std::current_exception()));
  }
}

std::exception_ptr dropped(drop_reason why, const pool_identity& pool) {
  const std::string prefix = "thread_pool '" + pool.name + "': ";
  if (why == drop_reason::expired) return std::make_exception_ptr(timed_out(prefix + "work was not begun in time"));
  return std::make_exception_ptr(rejected(prefix + "work was dropped for want of room"));
}

boost::asio::execution_context& pool_core::context() {
  std::call_once(context_made_, [this] { context_.emplace(); });
  return *context_;
}

pool_core::pool_core(thread_pool_options options)
    : options_(std::move(options)),
      identity_(std::make_shared<const pool_identity>(options_.name, options_.on_unhandled)),
      queue_(options_.order),
      core_(options_.core),
      max_(options_.max.value_or(std::max<std::size_t>(options_.core, 1))) {
  if (max_ == 0 || max_ < core_) throw std::invalid_argument("a thread_pool needs max to be at least core, and one");
}

pool_core::~pool_core() {
  // The last worker, when work has destroyed its own pool.
  for (pool_worker& worker : left_) {
    if (worker.thread.get_id() == std::this_thread::get_id()) {
      worker.thread.detach();
    } else {
      worker.thread.join();
    }
  }
}

pool_core::afterwards::~afterwards() {
  if (call != nullptr) call->call();
  for (pool_worker* worker : calls) worker->call();
  for (pool_worker& worker : left) worker.thread.join();
  if (alarm) call_pool_at(core.weak_from_this(), *alarm);
  if (has_room) core.room_.tell_all();
}

pool_worker* pool_core::take_idle() noexcept {
  if (idle_.empty()) return nullptr;
  pool_worker* last = idle_.back();
  idle_.pop_back();
  ++called_;
  note_idle();
  return last;
}

void pool_core::note_idle() noexcept {
  const bool wanted = called_ == 0 && !idle_.empty();
  if (wanted != wants_call_.load(std::memory_order_relaxed)) wants_call_.store(wanted, std::memory_order_seq_cst);
}

void pool_core::open_inbox_if_simple() noexcept {
  const bool is_queued = !options_.queue && options_.order == queue_order::fifo;
  if (is_queued && !paused_ && !ended_ && core_ > 0 && threads_ >= core_ && !options_.core_timeout) inbox_.open();
}

void pool_core::call_for_inbox() {
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  take_in();
  call_if_needed(later);
}

void pool_core::call_if_needed(afterwards& later) noexcept {
  if (!paused_ && called_ == 0 && !queue_.empty()) later.call = take_idle();
}

void pool_core::call_all(afterwards& later) noexcept {
  called_ += idle_.size();
  later.calls = std::move(idle_);
  idle_.clear();
  idle_.reserve(workers_.size());
  note_idle();
}

void pool_core::arm(afterwards& later) noexcept {
  const time_point first = queue_.first_deadline();
  if (first < armed_) later.alarm = armed_ = first;
}

void pool_core::drop_expired() {
  fifo<pool_job> expired;
  std::size_t count = 0;
  {
    afterwards later(*this);
    const std::lock_guard guard(mutex_);
    armed_ = time_point::max();
    const time_point now = std::chrono::steady_clock::now();
    for (; pool_job* job = queue_.pop_expired(now); ++count) expired.push_back(*job);
    counts_.expired += count;
    dropping_ += count;
    later.has_room = count != 0;
    arm(later);
  }
  while (pool_job* job = expired.pop_front()) job->drop(drop_reason::expired, *identity_);
  const std::lock_guard guard(mutex_);
  dropping_ -= count;
  if (count != 0) tell_watchers();
}

bool pool_core::withdraw(pool_job& job) noexcept {
  std::shared_ptr<pool_core> self;  // once the job is out of the queue, nothing else may keep the pool
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  self = shared_from_this();
  ++counts_.cancelled;
  take_in();
  if (!job.queued) return false;
  queue_.erase(job);
  later.has_room = true;
  if (is_idle()) tell_watchers();
  return true;
}

void pool_core::enqueue(pool_job& job, afterwards& later) {
  if (threads_ == 0) {
    if (!paused_) {
      start_worker(&job, later);
      return;
    }
    start_worker(nullptr, later);
  }
  take_in();
  queue_.push(job);
  arm(later);
  call_if_needed(later);
  open_inbox_if_simple();
}

pool_core::verdict pool_core::admit(pool_job& job, afterwards& later) {
  if (ended_) return verdict::ended;
  if (threads_ < core_ && start_worker(paused_ ? nullptr : &job, later) && !paused_) return verdict::accepted;
  if (options_.queue == std::size_t{0}) {
    if (pool_worker* idle = paused_ ? nullptr : take_idle()) {
      idle->handed = &job;
      ++running_;
      later.call = idle;
      return verdict::accepted;
    }
  } else if (!is_full()) {
    enqueue(job, later);
    return verdict::accepted;
  }
  if (threads_ < max_ && !paused_ && start_worker(&job, later)) return verdict::accepted;
  return verdict::full;
}

pool_core::verdict pool_core::offer(pool_job& job) {
  if (job.deadline == time_point::max() && inbox_.push(job)) {
    if (wants_call_.load(std::memory_order_seq_cst)) call_for_inbox();
    return verdict::accepted;
  }
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  return admit(job, later);
}

bool pool_core::has_room() {
  const std::lock_guard guard(mutex_);
  if (ended_ || (!paused_ && threads_ < max_)) return true;
  return options_.queue == std::size_t{0} ? !paused_ && !idle_.empty() : !is_full();
}

void pool_core::force(pool_job& job) {
  scope_exit lost([&] { job.drop(drop_reason::shut_down, *identity_); });
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  if (ended_) return;
  if (threads_ >= core_ || paused_ || !start_worker(&job, later)) enqueue(job, later);
  lost.release();
}

void pool_core::refuse(const char* why) const {
  throw rejected("thread_pool '" + identity_->name + "' takes no more work: " + why);
}

bool pool_core::drop_oldest() {
  pool_job* oldest = nullptr;
  {
    const std::lock_guard guard(mutex_);
    oldest = queue_.pop();
    if (oldest != nullptr) ++counts_.rejected;
  }
  if (oldest != nullptr) oldest->drop(drop_reason::rejected, *identity_);
  return oldest != nullptr;
}

void pool_core::run_here(pool_job& job) {
  lock_type held(mutex_);
  do_job(job, held);
}

void pool_core::submit(pool_job& job, overflow where) {
  scope_exit refused([&] {
    {
      const std::lock_guard guard(mutex_);
      ++counts_.rejected;
    }
    job.drop(drop_reason::rejected, *identity_);
  });
  const reject policy = options_.reject;
  const bool quiet = policy == reject::discard || policy == reject::discard_oldest;
  for (;;) {
    const verdict given = offer(job);
    if (given == verdict::accepted) return refused.release();
    if (given == verdict::ended && !quiet) refuse("it has been shut down");
    if (given == verdict::ended || policy == reject::discard) return;
    if (policy == reject::abort) refuse("its queue is full");
    if (policy == reject::discard_oldest) {
      if (!drop_oldest()) return;
      continue;
    }
    if (policy == reject::caller_runs || is_worker()) {
      refused.release();
      return where == overflow::as_told ? run_here(job) : force(job);
    }
    if (!room_.wait("submit() to a full thread_pool", [this] { return has_room(); }, job.deadline)) {
      refused.release();
      return run_here(job);  // which has expired
    }
  }
}

template <class Predicate>
bool pool_core::watch(std::optional<duration> limit, Predicate reached) {
  const time_point deadline = limit ? deadline_in(*limit) : time_point::max();
  const blocking_wait waits("shutdown(), wait_idle() or the destructor of a thread_pool");
  for (bool in_time = true;;) {
    std::uint32_t before = 0;
    {
      const std::lock_guard guard(mutex_);
      take_in();
      if (reached()) return true;
      if (!in_time) return false;
      before = changes_.load(std::memory_order_relaxed);
      ++watchers_;
    }
    in_time = futex_wait(changes_, before, deadline);
    const std::lock_guard guard(mutex_);
    --watchers_;
  }
}

void pool_core::tell_watchers() noexcept {
  if (watchers_ == 0) return;
  changes_.fetch_add(1, std::memory_order_relaxed);
  futex_wake(changes_);
}

bool pool_core::wait_idle(std::optional<duration> limit) {
  if (is_worker() && !limit) throw would_deadlock("work of thread_pool '" + identity_->name + "' waits for its end");
  return watch(limit, [this] { return is_idle(); });
}

shutdown_report pool_core::shut_down(shutdown how, std::optional<duration> limit) {
  if (is_worker() && !limit) throw would_deadlock("work of thread_pool '" + identity_->name + "' waits for its end");
  shutdown_report report;
  end(how, report);
  watch(limit, [this] { return workers_.empty() && dropping_ == 0; });
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  later.left.splice(later.left.end(), left_);
  report.unfinished = queue_.size() + running_;
  return report;
}

void pool_core::end(shutdown how, shutdown_report& report) {
  fifo<pool_job> dropped;
  {
    afterwards later(*this);
    const std::lock_guard guard(mutex_);
    close_inbox();
    ended_ = true;
    paused_ = false;
    if (how == shutdown::cancel_queued) {
      while (pool_job* job = queue_.pop()) {
        ++report.cancelled;
        dropped.push_back(*job);
      }
      counts_.cancelled += report.cancelled;
    }
    call_all(later);
    later.has_room = true;
  }
  while (pool_job* job = dropped.pop_front()) job->drop(drop_reason::shut_down, *identity_);
}

void pool_core::close() noexcept {
  if (!is_worker()) {
    shut_down(shutdown::drain, std::nullopt);
  } else {
    shutdown_report ignored;
    end(shutdown::drain, ignored);
  }
}

void pool_core::pause() {
  const std::lock_guard guard(mutex_);
  close_inbox();
  paused_ = !ended_;
}

void pool_core::resume() {
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  paused_ = false;
  later.has_room = true;
  call_all(later);  // those that wait for longer than keep_alive count anew
}

void pool_core::resize(std::size_t core, std::size_t max) {
  if (max == 0 || max < core) throw std::invalid_argument("a thread_pool needs max to be at least core, and one");
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  close_inbox();
  core_ = core;
  max_ = max;
  if (ended_) return;
  for (std::size_t wanted = queue_.size(); wanted > 0 && threads_ < core_; --wanted) start_worker(nullptr, later);
  call_all(later);
  later.has_room = true;
}

std::size_t pool_core::prestart() {
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  std::size_t started = 0;
  while (!ended_ && threads_ < core_ && start_worker(nullptr, later)) ++started;
  return started;
}

thread_pool_stats pool_core::stats() {
  const std::lock_guard guard(mutex_);
  take_in();
  thread_pool_stats now = counts_;
  now.threads = threads_;
  now.running = running_;
  now.queued = queue_.size();
  return now;
}

}  // namespace weft::detail

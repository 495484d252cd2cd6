#include <weft/pool/pool_core.hpp>

#include <weft/base/scope_exit.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/thread_registry.hpp>

#include <csignal>
#include <system_error>
#include <utility>

namespace weft::detail {

bool pool_core::start_worker(pool_job* first, afterwards& later) {
  later.left.splice(later.left.end(), left_);
  workers_.emplace_front(*this);
  pool_worker& worker = workers_.front();
  worker.place = workers_.begin();
  worker.number = ++named_;
  worker.handed = first;
  scope_exit failed([&] { workers_.pop_front(); });
  const signals_blocked blocked;
  idle_.reserve(workers_.size());
  try {
    worker.thread = std::thread([self = shared_from_this(), &worker] { self->work(worker); });
  } catch (const std::system_error&) {
    if (threads_ == 0) throw;
    return false;
  }
  failed.release();
  ++threads_;
  if (first != nullptr) ++running_;
  counts_.largest = std::max(counts_.largest, threads_);
  return true;
}

void pool_core::work(pool_worker& self) {
  this_pool_worker = &self;
  const registered_thread known(options_.name + "-" + std::to_string(self.number), thread_kind::pool);
  call_hook(options_.on_start);
  {
    lock_type held(mutex_);
    while (pool_job* job = next_job(self, held)) do_job(*job, held);
  }
  call_hook(options_.on_stop);
  leave(self);
  // What the thread's own objects do at its end, they do as anyone else: the worker may be gone by then.
  this_pool_worker = nullptr;
}

void pool_core::leave(pool_worker& self) {
  afterwards later(*this);
  const std::lock_guard guard(mutex_);
  later.left.splice(later.left.end(), left_);
  left_.splice(left_.end(), workers_, self.place);
  later.has_room = options_.queue.has_value();
  take_in();
  call_if_needed(later);
  tell_watchers();
}

void pool_core::call_hook(const std::function<void()>& hook) noexcept {
  if (!hook) return;
  try {
    hook();
  } catch (...) {
    identity_->report("a thread hook of pool '" + identity_->name + "'", std::current_exception());
  }
}

pool_job* pool_core::next_job(pool_worker& self, lock_type& held) {
  do {
    if (self.handed != nullptr) {
      --running_;
      return std::exchange(self.handed, nullptr);
    }
    if (threads_ > max_) break;
    if (!paused_) {
      if (queue_.empty()) take_in();
      if (pool_job* job = queue_.pop()) return job;
    }
    if (ended_) break;
  } while (wait_for_call(self, held));
  --threads_;
  return nullptr;
}

bool pool_core::wait_for_call(pool_worker& self, lock_type& held) {
  std::optional<time_point> deadline;
  if (!paused_ && (threads_ > core_ || options_.core_timeout)) deadline = deadline_in(options_.keep_alive);
  self.signal.store(pool_worker::looking, std::memory_order_relaxed);
  idle_.push_back(&self);
  note_idle();
  if (inbox_.has_any()) {
    idle_.pop_back();
    note_idle();
    return true;
  }
  const bool takes_by_hand = options_.queue == std::size_t{0};
  held.unlock();
  if (takes_by_hand) room_.tell_one();
  const bool called = self.park(deadline);
  held.lock();
  if (!called && std::erase(idle_, &self) != 0) {
    note_idle();
    take_in();
    // A paused pool keeps its threads: what waits needs them later.
    if (!queue_.empty() || paused_) return true;
    return threads_ <= core_ && !options_.core_timeout;
  }
  // Taken out by someone whose call may still be to come.
  while (self.signal.load(std::memory_order_acquire) != pool_worker::called) std::this_thread::yield();
  --called_;
  note_idle();
  return true;
}

void pool_core::do_job(pool_job& job, lock_type& held) {
  ++running_;
  job.runner = is_worker() ? this_pool_worker : nullptr;
  pool_worker* next = nullptr;
  if (!paused_ && called_ == 0 && !idle_.empty()) {
    // While one was called, those who used the inbox have called no other.
    if (queue_.empty()) take_in();
    if (!queue_.empty()) next = take_idle();
  }
  const bool has_expired = job.deadline != time_point::max() && job.deadline <= std::chrono::steady_clock::now();
  held.unlock();
  if (next != nullptr) next->call();
  if (options_.queue) room_.tell_one();
  bool done = false;
  if (has_expired) {
    job.drop(drop_reason::expired, *identity_);
  } else {
    done = job.execute(identity_);
  }
  held.lock();
  --running_;
  if (has_expired) ++counts_.expired;
  if (done) ++counts_.completed;
  if (is_idle()) tell_watchers();
}

void pool_core::help(pool_job& job, future_state& state) {
  lock_type held(mutex_);
  take_in();
  if (job.queued) {
    queue_.erase(job);
    return do_job(job, held);
  }
  const future_state* end = &state;
  for (const pool_job* at = &job; !end->ended() && at->runner != nullptr; at = at->runner->waits_for) {
    if (at->runner == this_pool_worker) {
      throw would_deadlock("work of thread_pool '" + identity_->name + "' waits for work that waits for it");
    }
    if (at->runner->waits_for == nullptr) break;
    end = at->runner->waits_for_end;
  }
  this_pool_worker->waits_for = &job;
  this_pool_worker->waits_for_end = &state;
}

void pool_core::helped() noexcept {
  const std::lock_guard guard(mutex_);
  this_pool_worker->waits_for = nullptr;
}

}  // namespace weft::detail

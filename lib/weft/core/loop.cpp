#include <weft/core/loop.hpp>

#include <weft/core/logger.hpp>
#include <weft/core/loop_team.hpp>
#include <weft/core/snapshot.hpp>

#include <boost/asio/post.hpp>

#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <limits>

namespace weft {

namespace detail {

constinit thread_local scheduler this_scheduler;

void leave_loop() noexcept {
  scheduler& s = this_scheduler;
  s.next = nullptr;
  s.current = s.ready_head = nullptr;
  s.home = nullptr;
  s.hooks = nullptr;
  s.pulse.is_unwatched = false;
  if (s.active) count_up(s.pulse.turns);
  s.active = false;
}

void schedule_drain() noexcept { this_scheduler.home->schedule_drain(); }

}  // namespace detail

namespace {

/// Resumptions of ready tasks before the reactor is polled again; waits that need not wait count as an eighth of one.
constexpr int drain_budget = 256;
constexpr std::uint32_t passes_of_a_step = 8;

/// Deadlines that expire before those they wake are resumed, while they are in the cache.
constexpr int expiry_budget = 256;

/// Postponed attempts before the reactor is polled again: as many as it brings up at a time.
constexpr int attempt_budget = 128;

std::int64_t coarse_now() noexcept {
  timespec time = {};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Seeds that are next to each other give nothing in common; left alone, small ones would hardly shuffle at first.
/// SplitMix64 (Steele, Lea, Flood 2014).
std::minstd_rand::result_type scrambled(std::uint64_t seed) noexcept {
  seed += 0x9E3779B97F4A7C15;
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
  seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::minstd_rand::result_type>((seed ^ (seed >> 31)) >> 32);
}

void log_unhandled(std::string_view task, const std::exception_ptr& error, std::string_view origin) {
  logger()->error("task '{}'{}{} failed and no one looked at it: {}", task, origin.empty() ? "" : ", spawned at ",
                  origin, describe(error));
}

}  // namespace

time_point now() noexcept {
  const loop* running = detail::this_scheduler.home;
  return running != nullptr ? running->now() : std::chrono::steady_clock::now();
}

loop::loop(loop_options options)
    : child_list(lists),
      team_(std::move(options.team)),
      index_(options.index),
      task_id_step_(team_ ? team_->size() : 1),
      last_task_id_(index_ + 1 - task_id_step_),
      simulated_(options.clock == clock_mode::simulated),
      simulated_now_(std::chrono::steady_clock::now()),
      jumps_left_(options.jump_limit.value_or(std::numeric_limits<std::uint64_t>::max())),
      on_unhandled_(std::move(options.on_unhandled)) {
  if (options.time_limit && *options.time_limit < time_point::max() - simulated_now_)
    time_limit_ = simulated_now_ + *options.time_limit;
  if (options.seed) random_.emplace(scrambled(*options.seed));
  detail::this_scheduler.home = this;
}

loop::~loop() {
  mailbox_->abandon();
  detail::leave_loop();
}

void loop::schedule_drain() {
  if (drain_scheduled_) return;
  drain_scheduled_ = true;
  boost::asio::post(context_, [this] {
    drain_scheduled_ = false;
    const detail::loop_entry entry;
  });
}

void loop::begin_turn() noexcept {
  detail::scheduler& s = detail::this_scheduler;
  s.active = true;
  s.turn_began = coarse_now();
  detail::count_up(s.pulse.turns);
  if (s.pulse.is_unwatched.load(std::memory_order_relaxed)) [[unlikely]]
    wake_watchdog();
}

void loop::wake_watchdog() const noexcept {
  detail::this_scheduler.pulse.is_unwatched.store(false, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // A counter that is full wakes it as well.
  static_cast<void>(!::write(watch_event, &one, sizeof(one)));
}

void loop::drain() {
  detail::scheduler& s = detail::this_scheduler;
  for (int budget = drain_budget; s.ready_head != nullptr && budget > 0;) {
    if (random_) [[unlikely]]
      shuffle_ready();
    detail::task_state& task = *s.ready_head;
    s.ready_head = task.next_ready;
    // The control block after the next one, which was asked for a step ago, and the next one's coroutine.
    if (const detail::task_state* soon = s.ready_head) {
      __builtin_prefetch(soon->next_ready);
      __builtin_prefetch(soon->resume_point.address());
    }
    task.step();
    budget -= 1 + static_cast<int>((detail::scheduler::credit_of_a_step - s.credit) / passes_of_a_step);
  }
  const auto wants_timer = [this] { return !simulated_ && !timers_.empty() && timers_.earliest() < armed_until_; };
  if (wants_timer()) timers_.expire_until(now(), expiry_budget);
  s.active = false;
  detail::count_up(s.pulse.turns);
  if (s.ready_head != nullptr) {
    schedule_drain();
  } else if (wants_timer()) {
    arm_timer();
  }
  // A simulated clock does not come to the end of time: who sleeps until then is woken by others only.
  const bool are_work = !timers_.empty() && !(simulated_ && timers_.earliest() == time_point::max());
  if (are_work != timers_are_work_) {
    timers_are_work_ = are_work;
    timers_are_work_ ? get_executor().on_work_started() : get_executor().on_work_finished();
  }
}

/// Shuffles the ready tasks once all of the last shuffle have run.
void loop::shuffle_ready() {
  if (shuffled_left_ > 0) {
    --shuffled_left_;
    return;
  }
  detail::scheduler& s = detail::this_scheduler;
  shuffled_.clear();
  for (detail::task_state* task = s.ready_head; task != nullptr; task = task->next_ready) shuffled_.push_back(task);
  std::shuffle(shuffled_.begin(), shuffled_.end(), *random_);
  s.ready_head = nullptr;
  for (detail::task_state* task : shuffled_) detail::push_ready(*task);
  shuffled_left_ = shuffled_.size() - 1;
}

// The wait is taken out of the count of outstanding work: the deadlines are what counts, and they may be taken back
// before it ends.
void loop::arm_timer() {
  armed_until_ = timers_.earliest();
  timer_.expires_at(armed_until_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    get_executor().on_work_started();
    if (!error) fire_timers();
  });
  get_executor().on_work_finished();
}

void loop::fire_timers() {
  const detail::loop_entry entry;
  armed_until_ = time_point::max();
  timers_.expire_until(now(), expiry_budget);
}

void loop::postpone(detail::postponed& work) {
  postponed_.push_back(work);
  if (!attempt_scheduled_) schedule_attempts();
}

void loop::attempt_postponed() noexcept {
  const detail::loop_entry entry;
  int budget = attempt_budget;
  while (!postponed_.empty() && budget-- > 0) postponed_.pop_front()->attempt();
  attempt_scheduled_ = false;
  if (!postponed_.empty()) schedule_attempts();
}

void loop::schedule_attempts() {
  attempt_scheduled_ = true;
  boost::asio::post(context_, [this] { attempt_postponed(); });
}

void loop::run() {
  stopped_ = false;
  detail::loop_entry{};
  do run_handlers();
  while (!stopped_ && team_ && wait_for_others());
}

void loop::run_handlers() {
  while (!stopped_) {
    context_.restart();
    try {
      simulated_ ? run_simulated() : static_cast<void>(context_.run());
      return;
    } catch (...) {
      report_unhandled("handler", std::current_exception());
    }
  }
}

/// Nothing on this loop can wake a task. Waits for a parcel; gives false when no loop can send one any more.
bool loop::wait_for_others() {
  idle_ = true;
  const bool all_are_idle = team_->begin_idle(index_);
  if (!all_are_idle) {
    get_executor().on_work_started();
    context_.restart();
    try {
      context_.run_one();
    } catch (...) {
      report_unhandled("handler", std::current_exception());
    }
    get_executor().on_work_finished();
  }
  end_idle();
  return !all_are_idle;
}

void loop::end_idle() noexcept {
  if (std::exchange(idle_, false)) team_->end_idle(index_);
}

void loop::run_simulated() {
  while (!stopped_) {
    if (context_.poll() > 0) {
      context_.restart();
    } else if (context_.stopped()) {
      return;
    } else {
      wait_or_jump();
    }
  }
}

/// Nothing is ready.
void loop::wait_or_jump() {
  const bool has_deadline = !timers_.empty() && timers_.earliest() != time_point::max();
  if (foreign_work_ > 0 || !has_deadline) {
    if (foreign_work_ > 0) waits_since_ = std::chrono::steady_clock::now();
    const auto handled = has_deadline ? context_.run_one_for(timers_.earliest() - simulated_now_) : context_.run_one();
    catch_up();
    if (handled > 0 || !has_deadline) return;
  }
  if (!may_jump_to(timers_.earliest())) return stop();
  simulated_now_ = std::max(simulated_now_, timers_.earliest());
  fire_timers();
}

void loop::catch_up() noexcept {
  if (!waits_since_) return;
  const time_point reached = simulated_now_ + (std::chrono::steady_clock::now() - *waits_since_);
  waits_since_.reset();
  simulated_now_ = timers_.empty() ? reached : std::max(simulated_now_, std::min(reached, timers_.earliest()));
}

bool loop::may_jump_to(time_point deadline) noexcept {
  if (out_of_time_) return true;
  out_of_time_ = deadline > time_limit_ || jumps_left_ == 0;
  --jumps_left_;
  return !out_of_time_;
}

void loop::add_foreign_work() noexcept {
  ++foreign_work_;
  get_executor().on_work_started();
}

void loop::remove_foreign_work() noexcept {
  --foreign_work_;
  get_executor().on_work_finished();
}

void loop::stop() noexcept {
  stopped_ = true;
  context_.stop();
}

bool loop::child_ended(detail::task_state& /*child*/) noexcept {
  if (empty() && on_idle) on_idle();
  return false;
}

void loop::report_unhandled(std::string_view task, const std::exception_ptr& error, std::string_view origin) noexcept {
  ++unhandled_;
  try {
    if (on_unhandled_) {
      on_unhandled_(task, error);
    } else {
      log_unhandled(task, error, origin);
    }
  } catch (...) {
    logger()->critical("the hook for unhandled errors failed: {}", describe(std::current_exception()));
  }
}

namespace detail {

void report_unhandled(std::string_view task, const std::exception_ptr& error) noexcept {
  if (loop* running = this_scheduler.home) {
    running->report_unhandled(task, error);
  } else {
    log_unhandled(task, error, {});
  }
}

void report_unhandled(const task_state& failed) noexcept {
  const std::string name = failed.name();
  const std::string origin = describe_address(failed.spawn_site());
  if (loop* running = this_scheduler.home) {
    running->report_unhandled(name, failed.error(), origin);
  } else {
    log_unhandled(name, failed.error(), origin);
  }
}

}  // namespace detail

}  // namespace weft

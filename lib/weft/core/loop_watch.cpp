#include <weft/core/loop_watch.hpp>

#include <weft/core/interrupt.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/sitting_thread.hpp>

#include <boost/core/demangle.hpp>

#include <chrono>
#include <ctime>
#include <span>
#include <utility>

#include <linux/membarrier.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::detail {

namespace {

std::int64_t cpu_time(clockid_t clock) noexcept {
  timespec time = {};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t count_ms(duration length) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
}

std::string name_of(const raw_task& task) {
  return fmt::format("#{} {}", task.id, task.name[0] != 0 ? task.name.data() : boost::core::demangle(task.type));
}

std::string name_of_call(long number) {
  static constexpr std::pair<long, const char*> known[] = {
      {SYS_read, "read"},           {SYS_write, "write"},       {SYS_futex, "futex: a lock, or a join of a thread"},
      {SYS_nanosleep, "nanosleep"}, {SYS_poll, "poll"},         {SYS_clock_nanosleep, "clock_nanosleep"},
      {SYS_connect, "connect"},     {SYS_recvfrom, "recvfrom"}, {SYS_sendto, "sendto"},
      {SYS_openat, "openat"},       {SYS_fsync, "fsync"},       {SYS_fdatasync, "fdatasync"},
      {SYS_flock, "flock"},         {SYS_wait4, "wait4"},       {SYS_waitid, "waitid"},
      {SYS_select, "select"},       {SYS_pselect6, "pselect"},  {SYS_unlink, "unlink"},
      {SYS_pread64, "pread"},       {SYS_pwrite64, "pwrite"},   {SYS_epoll_wait, "epoll_wait"}};
  for (const auto& [call, name] : known) {
    if (call == number) return name;
  }
  return fmt::format("number {}", number);
}

/// Where the kernel refuses, the loops' next store reaches the watchdog soon, but after nothing that is promised.
void put_barrier_into_all_threads() noexcept {
  static const bool registered = ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  if (registered) ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

std::string place_of(const raw_task& task) {
  std::string text;
  if (const auto& at = task.chain[0]; task.chain_size > 0 && at.line() != 0)
    text = fmt::format("; its last co_await is at {}:{}", at.file_name(), at.line());
  if (const std::string spawned = describe_address(task.spawn_site); !spawned.empty())
    text += "; spawned at " + spawned;
  return text;
}

std::string to_text(const stack_copy& stack) {
  std::string text;
  for (const void* address : likely_callers(stack, 24)) {
    const std::string place = describe_address(address);
    if (!place.empty()) text += "\n    " + place;
  }
  return text;
}

}  // namespace

loop_watch::loop_watch(loop& own) noexcept
    : loop_(&own),
      scheduler_(&this_scheduler),
      pulse_(&this_scheduler.pulse),
      own_pulse_(&this_scheduler.pulse),
      thread_(pthread_self()),
      thread_id_(static_cast<pid_t>(::syscall(SYS_gettid))) {
  pthread_getcpuclockid(thread_, &cpu_clock_);
}

// The loop counts its turn and then looks whether it is watched, without a fence in between: the barrier is put into its
// thread from here. Either it sees the mark, or its turn is seen here.
bool loop_watch::sleep() noexcept {
  own_pulse_->is_unwatched.store(true, std::memory_order_seq_cst);
  put_barrier_into_all_threads();
  if (is_idle() && pulse_->turns.load(std::memory_order_seq_cst) == turn_) return true;
  own_pulse_->is_unwatched.store(false, std::memory_order_relaxed);
  return false;
}

void loop_watch::look(duration limit) {
  const std::uint64_t turn = pulse_->turns.load(std::memory_order_relaxed);
  const std::uint64_t step = pulse_->steps.load(std::memory_order_relaxed);
  const time_point now = std::chrono::steady_clock::now();
  const bool new_turn = turn != turn_;
  const bool new_step = new_turn || step != step_;
  if (new_step) {
    if (reported_ == report::one_step || (reported_ == report::many_steps && new_turn)) report_end(now);
    step_ = step;
    step_since_ = now;
    cpu_at_step_ = cpu_time(cpu_clock_);
  }
  if (new_turn) {
    turn_ = turn;
    turn_since_ = now;
  }
  if (is_idle() || reported_ == report::one_step) return;
  if (now - step_since_ >= limit) {
    report_step(now);
  } else if (reported_ == report::none && new_step && now - turn_since_ >= limit) {
    report_many(now);
  }
}

/// Runs in a signal handler on the loop's thread.
void loop_watch::copy_running(void* to, const ucontext_t& interrupted) {
  auto& held = *static_cast<held_task*>(to);
  copy_stack(interrupted, held.stack);
  const task_state* running = this_scheduler.current;
  held.found = running != nullptr;
  if (!held.found) return;
  copy_task(*running, held.task);
  held.task.chain[0] = this_scheduler.last_await;
  held.task.chain_size = 1;
}

bool loop_watch::copy_held(held_task& to) const {
  to.stack.stack = stack_of(thread_);
  if (const auto sitting = sitting_thread::find(thread_id_)) {
    sitting->copy_stack(to.stack);
    if (sitting->has_stayed()) {
      to.found = sitting->copy_running_task(*scheduler_, to.task);
      return true;
    }
  }
  return interrupt_thread(thread_, &copy_running, &to);
}

std::string loop_watch::activity(time_point now) const {
  const auto spent = static_cast<double>(cpu_time(cpu_clock_) - cpu_at_step_);
  const auto passed = static_cast<double>((now - step_since_).count());
  if (spent > 0.5 * passed) return "it uses the processor";
  if (const char* call = pulse_->waits_in.load(std::memory_order_relaxed))
    return fmt::format("it waits in {}, which blocks the thread: co_await the other form", call);
  if (const auto sitting = sitting_thread::find(thread_id_))
    return "it sits in a system call (" + name_of_call(sitting->call()) + ")";
  return "it gets little of the processor";
}

void loop_watch::report_step(time_point now) {
  reported_ = report::one_step;
  turn_since_ = step_since_;
  const std::string doing = activity(now);
  held_task held;
  const bool known = copy_held(held) && held.found;
  culprit_ = known ? "task " + name_of(held.task) : "a callback";
  logger()->warn("the loop has been held for {} ms by {}; {}{}; it is in:{}", count_ms(now - turn_since_), culprit_,
                 doing, known ? place_of(held.task) : "", to_text(held.stack));
}

void loop_watch::report_many(time_point now) {
  reported_ = report::many_steps;
  culprit_.clear();
  held_task held;
  const bool known = copy_held(held) && held.found;
  logger()->warn("the loop has been held for {} ms by many steps in a row{}{}", count_ms(now - turn_since_),
                 known ? "; now runs task " + name_of(held.task) : std::string(), known ? place_of(held.task) : "");
}

void loop_watch::report_end(time_point now) {
  reported_ = report::none;
  logger()->warn("the loop is free again: {} held it for about {} ms", culprit_.empty() ? "many steps" : culprit_,
                 count_ms(now - turn_since_));
  culprit_.clear();
}

namespace {

struct stuck_copy {
  loop* from;
  std::span<raw_task> to;
  std::size_t count = 0;

  static void run(void* self, const ucontext_t& /*interrupted*/) {
    auto& copy = *static_cast<stuck_copy*>(self);
    copy.count = detail::copy_tasks(*copy.from, copy.to);
  }
};

}  // namespace

std::vector<raw_task> loop_watch::copy_tasks() const {
  std::vector<raw_task> copies;
  if (const auto sitting = sitting_thread::find(thread_id_)) {
    if (sitting->copy_tasks(*loop_, *scheduler_, copies)) return copies;
    copies.resize(1);
    if (sitting->copy_running_task(*scheduler_, copies[0])) return copies;
  }
  // It runs, and is made to copy: first the number, then the tasks.
  stuck_copy copy{loop_, {}};
  if (!interrupt_thread(thread_, &stuck_copy::run, &copy)) return {};
  copies.resize(copy.count + 64);
  copy.to = copies;
  if (!interrupt_thread(thread_, &stuck_copy::run, &copy)) return {};
  copies.resize(std::min(copy.count, copies.size()));
  return copies;
}

}  // namespace weft::detail

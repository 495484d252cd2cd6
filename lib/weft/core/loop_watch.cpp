#include <weft/core/loop_watch.hpp>

#include <weft/core/interrupt.hpp>
#include <weft/core/logger.hpp>

#include <boost/core/demangle.hpp>

#include <chrono>
#include <ctime>
#include <fstream>
#include <future>
#include <span>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/logger.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::detail {

namespace {

using std::chrono::milliseconds;

constexpr auto answer_limit = milliseconds(250);

std::int64_t cpu_time(clockid_t clock) noexcept {
  timespec time = {};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string name_of(const raw_task& task) {
  return fmt::format("#{} {}", task.id, task.name[0] != 0 ? task.name.data() : boost::core::demangle(task.type));
}

/// The system call that a thread sits in, by its number; none when it runs, or when that cannot be seen.
std::optional<long> system_call_of(pid_t thread) {
  std::ifstream file(fmt::format("/proc/self/task/{}/syscall", thread));
  long number = -1;
  if (!(file >> number) || number < 0) return std::nullopt;
  return number;
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
      pulse_(&this_scheduler.pulse),
      own_pulse_(&this_scheduler.pulse),
      thread_(pthread_self()),
      thread_id_(static_cast<pid_t>(::syscall(SYS_gettid))) {
  pthread_getcpuclockid(thread_, &cpu_clock_);
}

bool loop_watch::sleep() noexcept {
  own_pulse_->is_unwatched.store(true, std::memory_order_seq_cst);
  if (is_idle() && pulse_->turns.load(std::memory_order_seq_cst) == turn_) return true;
  own_pulse_->is_unwatched.store(false, std::memory_order_relaxed);
  return false;
}

void loop_watch::look(duration limit) {
  const std::uint64_t turn = pulse_->turns.load(std::memory_order_relaxed);
  const std::uint64_t step = pulse_->steps.load(std::memory_order_relaxed);
  const time_point now = std::chrono::steady_clock::now();
  const bool new_turn = turn != turn_;
  if (new_turn || step != step_) {
    if (reported_ && (new_turn || !culprit_.empty())) report_end(now);
    step_ = step;
    step_since_ = now;
    cpu_at_step_ = cpu_time(cpu_clock_);
  }
  if (new_turn) {
    turn_ = turn;
    turn_since_ = now;
  }
  if (is_idle() || reported_) return;
  if (now - step_since_ >= limit) {
    report(now, true);
  } else if (now - turn_since_ >= limit) {
    report(now, false);
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

std::string loop_watch::activity(time_point now) const {
  const auto spent = static_cast<double>(cpu_time(cpu_clock_) - cpu_at_step_);
  const auto passed = static_cast<double>((now - step_since_).count());
  if (spent > 0.5 * passed) return "it uses the processor";
  if (const auto call = system_call_of(thread_id_)) return "it sits in a system call (" + name_of_call(*call) + ")";
  return "it gets little of the processor";
}

void loop_watch::report(time_point now, bool in_one_step) {
  reported_ = true;
  turn_since_ = in_one_step ? step_since_ : turn_since_;
  const std::string doing = activity(now);
  held_task held;
  held.stack.stack = stack_of(thread_);
  const bool known = interrupt_thread(thread_, &copy_running, &held) && held.found;
  const auto so_far = std::chrono::duration_cast<milliseconds>(now - turn_since_).count();
  if (!in_one_step) {
    culprit_.clear();
    logger()->warn("the loop has been held for {} ms by many steps in a row{}{}", so_far,
                   known ? "; now runs task " + name_of(held.task) : std::string(), known ? place_of(held.task) : "");
    return;
  }
  culprit_ = known ? "task " + name_of(held.task) : "a callback";
  logger()->warn("the loop has been held for {} ms by {}; {}{}; it is in:{}", so_far, culprit_, doing,
                 known ? place_of(held.task) : "", to_text(held.stack));
}

void loop_watch::report_end(time_point now) {
  reported_ = false;
  logger()->warn("the loop is free again: {} held it for about {} ms", culprit_.empty() ? "many steps" : culprit_,
                 std::chrono::duration_cast<milliseconds>(now - turn_since_).count());
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
  auto answer = std::make_shared<std::promise<std::vector<raw_task>>>();
  auto arrival = answer->get_future();
  loop_->post([answer, from = loop_] { answer->set_value(detail::copy_tasks(*from)); });
  if (arrival.wait_for(answer_limit) == std::future_status::ready) return arrival.get();
  // It does not answer: its thread is made to copy, first the number, then the tasks.
  stuck_copy copy{loop_, {}};
  std::vector<raw_task> copies;
  if (!interrupt_thread(thread_, &stuck_copy::run, &copy)) return copies;
  copies.resize(copy.count + 64);
  copy.to = copies;
  if (!interrupt_thread(thread_, &stuck_copy::run, &copy)) return {};
  copies.resize(std::min(copy.count, copies.size()));
  return copies;
}

}  // namespace weft::detail

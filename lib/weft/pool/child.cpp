#include <weft/pool/child.hpp>

#include <weft/core/scheduler.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <fstream>
#include <string>

#include <poll.h>
#include <sys/wait.h>

extern "C" {
#include <sys/pidfd.h>  // which glibc 2.36 declares for C alone
}

namespace weft::detail {

namespace {

/// How often the kernel has ended a process for want of memory, on the whole machine; 0 when that is not to be known.
std::uint64_t oom_kills() {
  std::ifstream file("/proc/vmstat");
  std::string name;
  std::uint64_t count = 0;
  while (file >> name >> count) {
    if (name == "oom_kill") return count;
  }
  return 0;
}

std::atomic<std::uint64_t>& known_oom_kills() {
  static std::atomic<std::uint64_t> count = oom_kills();
  return count;
}

bool is_oom_new() {
  const std::uint64_t count = oom_kills();
  return known_oom_kills().exchange(count) < count;
}

}  // namespace

child::child(spawned_process started) : started_(std::move(started)) { static_cast<void>(known_oom_kills()); }

std::optional<process_status> child::status() {
  const std::lock_guard guard(mutex_);
  if (status_ || !started_.pidfd) return status_;
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(started_.pidfd.get()), &info, WEXITED | WNOHANG) != 0) {
    if (errno == ECHILD) status_ = exited{-1};
  } else if (info.si_pid != 0) {
    if (info.si_code == CLD_EXITED) {
      status_ = exited{info.si_status};
    } else {
      status_ = signaled{info.si_status, info.si_status == SIGKILL && !killed_ && is_oom_new()};
    }
  }
  return status_;
}

bool child::wait(std::optional<time_point> deadline) {
  const blocking_wait waits("join() or the destructor of a process");
  for (;;) {
    if (status()) return true;
    int limit = -1;
    if (deadline && *deadline != time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      limit = static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX));
    }
    pollfd waited{started_.pidfd.get(), POLLIN, 0};
    ::poll(&waited, 1, limit);
  }
}

void child::send(int signal) noexcept {
  const std::lock_guard guard(mutex_);
  if (status_) return;
  if (signal == SIGKILL) killed_ = true;
  ::pidfd_send_signal(started_.pidfd.get(), signal, nullptr, 0);
}

bool child::is_stopped() const noexcept {
  siginfo_t info{};
  return ::waitid(P_PIDFD, static_cast<id_t>(started_.pidfd.get()), &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid != 0;
}

}  // namespace weft::detail

#include <weft/core/second_signal.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace weft::detail {

namespace {

constexpr std::array known = {SIGINT, SIGTERM, SIGHUP};

using handler = void (*)(int);

std::mutex mutex;
std::size_t users = 0;  // under mutex
std::array<std::atomic<handler>, known.size()> behind{};
std::atomic<bool> has_come = false;

/// Where standard error takes it at once.
void say(std::string_view text) noexcept {
  pollfd events{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&events, 1, 0) == 1) static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

void count_signal(int number) {
  const int saved = errno;
  // Shell and kernel both send SIGHUP when a terminal closes.
  if (has_come.exchange(true) && number != SIGHUP) {
    say("second signal: ending at once\n");
    ::_exit(128 + number);
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    const handler next = known[i] == number ? behind[i].load() : nullptr;
    if (next != nullptr) next(number);
  }
  errno = saved;
}

/// A handler with one argument, which is how Asio's is.
bool is_plain(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

}  // namespace

second_signal::second_signal(std::span<const int> numbers) {
  const std::lock_guard guard(mutex);
  if (users++ == 0) has_come = false;
  for (std::size_t i = 0; i < known.size(); ++i) {
    struct sigaction action{};
    if (std::ranges::find(numbers, known[i]) == numbers.end()) continue;
    if (::sigaction(known[i], nullptr, &action) != 0 || !is_plain(action) || action.sa_handler == count_signal)
      continue;
    behind[i] = action.sa_handler;
    action.sa_handler = count_signal;
    ::sigaction(known[i], &action, nullptr);
  }
}

second_signal::~second_signal() {
  const std::lock_guard guard(mutex);
  if (--users > 0) return;
  for (std::size_t i = 0; i < known.size(); ++i) {
    struct sigaction action{};
    if (::sigaction(known[i], nullptr, &action) != 0 || action.sa_handler != count_signal) continue;
    action.sa_handler = behind[i];
    ::sigaction(known[i], &action, nullptr);
  }
}

}  // namespace weft::detail

#include <weft/core/watchdog.hpp>

#include <weft/core/debug_server.hpp>
#include <weft/core/event_descriptor.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/quiet_thread.hpp>
#include <weft/core/watched_loops.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <poll.h>
#include <spdlog/logger.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// Written by the handler of SIGUSR2; -1 while no watchdog wants it.
std::atomic<int> dump_event = -1;

std::atomic<bool> is_serving = false;

void ask_for_dump(int /*signal*/) {
  const int saved = errno;
  if (const int event = dump_event.load(std::memory_order_relaxed); event >= 0) event_descriptor::raise(event);
  errno = saved;
}

/// SIGUSR2 would end the process; where it has no other use it asks for a dump instead.
class dump_signal {
 public:
  explicit dump_signal(int event) {
    struct sigaction before{};
    int none = -1;
    if (::sigaction(SIGUSR2, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) return;
    if (!dump_event.compare_exchange_strong(none, event)) return;
    struct sigaction ours{};
    ours.sa_handler = ask_for_dump;
    ours.sa_flags = SA_RESTART;
    sigemptyset(&ours.sa_mask);
    owned_ = ::sigaction(SIGUSR2, &ours, nullptr) == 0;
  }
  dump_signal(const dump_signal&) = delete;
  dump_signal& operator=(const dump_signal&) = delete;
  ~dump_signal() {
    if (!owned_) return;
    ::signal(SIGUSR2, SIG_DFL);
    dump_event = -1;
  }

 private:
  bool owned_ = false;
};

}  // namespace

class watchdog::impl {
 public:
  explicit impl(watchdog_options options)
      : limit_(options.limit), tick_(tick_of(options.limit)), dump_signal_(dump_wanted_.get()) {
    if (options.serves_debugger) serve();
    thread_ = start_quiet_thread([](void* self) { static_cast<impl*>(self)->work(); }, this);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    stopping_ = true;
    woken_.raise();
    thread_.join();
    if (!server_) return;
    server_.reset();
    is_serving = false;
  }

  void watch(loop& own) {
    loops_.add(own);
    own.watch_event = woken_.get();
    woken_.raise();
  }

  void unwatch(loop& own) noexcept {
    loops_.remove(own);
    own.watch_event = -1;
  }

 private:
  /// The first run() of the process that wants it has the socket.
  void serve() {
    if (is_serving.exchange(true)) return;
    try {
      server_.emplace(loops_);
    } catch (const std::exception& error) {
      is_serving = false;
      logger()->error("weft-top cannot look into this process: {}", error.what());
    }
  }

  static std::chrono::milliseconds tick_of(std::optional<duration> limit) {
    using std::chrono::milliseconds;
    if (!limit) return milliseconds(-1);
    return std::clamp(std::chrono::duration_cast<milliseconds>(*limit / 4), milliseconds(1), milliseconds(25));
  }

  void work() noexcept {
    pthread_setname_np(pthread_self(), "weft-watchdog");
    try {
      while (!stopping_) {
        wait();
        if (limit_) loops_.look(*limit_);
      }
    } catch (...) {
      logger()->error("the watchdog has stopped: {}", describe(std::current_exception()));
    }
  }

  /// Until the next look: the time of a tick, or, when every loop sleeps, until one of them begins a turn.
  void wait() {
    const bool asleep = !limit_ || loops_.sleep();
    pollfd events[2] = {{woken_.get(), POLLIN, 0}, {dump_wanted_.get(), POLLIN, 0}};
    ::poll(events, 2, asleep ? -1 : static_cast<int>(tick_.count()));
    woken_.take();
    if (dump_wanted_.take()) write_dump();
  }

  /// Standard error may be a pipe that no one empties: it has a second, and no longer than the loops run.
  void write_dump() {
    std::string text;
    for (const auto& tasks : loops_.copy_tasks()) text += to_text(describe_tasks(tasks));
    std::string_view rest = text;
    const time_point deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!rest.empty() && can_write(deadline)) {
      // What a pipe that can be written to has room for.
      const auto written = ::write(STDERR_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  [[nodiscard]] bool can_write(time_point deadline) const noexcept {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd events[2] = {{STDERR_FILENO, POLLOUT, 0}, {woken_.get(), POLLIN, 0}};
      const bool ends = stopping_ || left.count() <= 0;
      ::poll(events, 2, ends ? 0 : static_cast<int>(left.count()));
      if (events[0].revents != 0) return true;
      if (ends) return false;
      woken_.take();
    }
  }

  std::optional<duration> limit_;
  std::chrono::milliseconds tick_;
  event_descriptor woken_;
  event_descriptor dump_wanted_;
  dump_signal dump_signal_;
  watched_loops loops_;
  std::optional<debug_server> server_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

watchdog::watchdog(watchdog_options options) : impl_(std::make_unique<impl>(options)) {}
watchdog::~watchdog() = default;
void watchdog::watch(loop& own) { impl_->watch(own); }
void watchdog::unwatch(loop& own) noexcept { impl_->unwatch(own); }

bool is_debugger_wanted() noexcept {
  const char* value = ::secure_getenv("WEFT_DEBUG");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace weft::detail

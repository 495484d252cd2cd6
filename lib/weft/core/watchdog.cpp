#include <weft/core/watchdog.hpp>

#include <weft/core/debug_server.hpp>
#include <weft/core/logger.hpp>
#include <weft/core/loop_watch.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>

#include <poll.h>
#include <spdlog/logger.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace weft::detail {

namespace {

/// Written by the handler of SIGUSR2; -1 while no watchdog wants it.
std::atomic<int> dump_event = -1;

std::atomic<bool> is_serving = false;

void add_one(int event) noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event, &one, sizeof(one)));
}

bool take(int event) noexcept {
  std::uint64_t count = 0;
  return ::read(event, &count, sizeof(count)) > 0;
}

void ask_for_dump(int /*signal*/) {
  const int saved = errno;
  if (const int event = dump_event.load(std::memory_order_relaxed); event >= 0) add_one(event);
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

class event_descriptor {
 public:
  event_descriptor() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
  }
  event_descriptor(const event_descriptor&) = delete;
  event_descriptor& operator=(const event_descriptor&) = delete;
  ~event_descriptor() { ::close(descriptor_); }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// Signals stay with the threads of the program.
std::thread start_quiet_thread(void (*body)(void*), void* argument) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread started(body, argument);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

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
    wake();
    thread_.join();
    if (server_) is_serving = false;
  }

  void wake() const noexcept { add_one(woken_.get()); }

  void watch(loop& own) {
    {
      const std::lock_guard guard(mutex_);
      loops_.emplace_back(own);
    }
    own.watch_event = woken_.get();
    wake();
  }

  void unwatch(loop& own) noexcept {
    const std::lock_guard guard(mutex_);
    std::erase_if(loops_, [&](const loop_watch& w) { return &w.watched() == &own; });
    own.watch_event = -1;
  }

 private:
  /// The first run() of the process that wants it has the socket.
  void serve() {
    if (is_serving.exchange(true)) return;
    try {
      server_.emplace();
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
        const std::lock_guard guard(mutex_);
        for (auto& loop : loops_) {
          if (limit_) loop.look(*limit_);
        }
      }
    } catch (...) {
      logger()->error("the watchdog has stopped: {}", describe(std::current_exception()));
    }
  }

  /// Until the next look: the time of a tick, or, when every loop sleeps, until one of them begins a turn.
  void wait() {
    const bool asleep = !limit_ || all_asleep();
    pollfd events[4] = {{woken_.get(), POLLIN, 0}, {dump_wanted_.get(), POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    if (server_) events[2].fd = server_->descriptor();
    ::poll(events, 3, asleep ? -1 : static_cast<int>(tick_.count()));
    static_cast<void>(take(woken_.get()));
    if (take(dump_wanted_.get())) write_dump();
    if (server_ && (events[2].revents & POLLIN) != 0) {
      const std::lock_guard guard(mutex_);
      server_->answer(loops_);
    }
  }

  bool all_asleep() {
    const std::lock_guard guard(mutex_);
    bool asleep = true;
    for (auto& loop : loops_) asleep = loop.sleep() && asleep;
    return asleep;
  }

  void write_dump() {
    const std::lock_guard guard(mutex_);
    std::string text;
    for (const auto& loop : loops_) text += to_text(describe_tasks(loop.copy_tasks()));
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  std::optional<duration> limit_;
  std::chrono::milliseconds tick_;
  event_descriptor woken_;
  event_descriptor dump_wanted_;
  dump_signal dump_signal_;
  std::optional<debug_server> server_;
  std::mutex mutex_;
  std::deque<loop_watch> loops_;  // under mutex_
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

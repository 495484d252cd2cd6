#include <weft/pool/spawner.hpp>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // which glibc 2.36 declares for C alone
}

namespace weft::detail {

namespace {

void check(int error_number, const char* what) {
  if (error_number != 0) throw_errno(error_number, what);
}

/// posix_spawn's two objects.
class spawn_settings {
 public:
  spawn_settings() {
    check(::posix_spawn_file_actions_init(&actions_), "cannot prepare a process");
    check(::posix_spawnattr_init(&attributes_), "cannot prepare a process");
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// The child's signals: none blocked, each as a program finds it, but what nohup ignores stays ignored.
  void set_signals() {
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    struct sigaction hangup{};
    if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN) sigdelset(&defaults, SIGHUP);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
          "cannot prepare a process");
  }
  /// Precondition: `from` is none of the numbers that become something.
  void add_file(int from, int as) {
    check(::posix_spawn_file_actions_adddup2(&actions_, from, as), "cannot prepare a process");
  }
  /// For a standard stream that is closed here: the first file that the child opens would get its number.
  void open_null(int as) {
    check(::posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", O_RDWR, 0), "cannot prepare a process");
  }
  void close_from(int first) {
    check(::posix_spawn_file_actions_addclosefrom_np(&actions_, first), "cannot prepare a process");
  }
  void set_folder(const std::string& folder) {
    check(::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str()), "cannot prepare a process");
  }

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// What the program was started with.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < all.size(); at += arguments.back().size() + 1) arguments.emplace_back(all.c_str() + at);
  if (arguments.empty()) arguments.emplace_back("weft");
  return arguments;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> make_environment(const std::vector<std::string>& changes) {
  const auto name_of = [](std::string_view variable) { return variable.substr(0, variable.find('=')); };
  std::vector<std::string> all = changes;
  for (char** inherited = environ; *inherited != nullptr; ++inherited) {
    const auto same = [&](const std::string& change) { return name_of(change) == name_of(*inherited); };
    if (std::ranges::none_of(changes, same)) all.emplace_back(*inherited);
  }
  return all;
}

bool is_inherited(int file) {
  const int flags = ::fcntl(file, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

spawned_process start(const spawn_request& wanted) {
  static std::vector<std::string> arguments = own_arguments();
  spawn_settings settings;
  settings.set_signals();
  if (!wanted.folder.empty()) settings.set_folder(wanted.folder);
  // Copies with high numbers, so that none is overwritten before its turn.
  std::vector<unique_fd> moved;
  const int end = 3 + static_cast<int>(wanted.files.size());
  const auto add = [&](int from, int as) {
    moved.emplace_back(::fcntl(from, F_DUPFD_CLOEXEC, end));
    if (!moved.back()) throw_errno(errno, "cannot start process '" + wanted.name + "'");
    settings.add_file(moved.back().get(), as);
  };
  for (int i = 0; i < 3; ++i) {
    const int file = wanted.stdio[static_cast<std::size_t>(i)];
    if (file >= 0) {
      add(file, i);
    } else if (!is_inherited(i)) {
      settings.open_null(i);
    }
  }
  for (int i = 3; i < end; ++i) add(wanted.files[static_cast<std::size_t>(i - 3)], i);
  settings.close_from(end);

  std::vector<std::string> environment = make_environment(wanted.environment);
  spawned_process child;
  const int error = ::posix_spawn(&child.pid, "/proc/self/exe", settings.actions(), settings.attributes(),
                                  pointers_to(arguments).data(), pointers_to(environment).data());
  if (error != 0) throw_errno(error, "cannot start process '" + wanted.name + "'");
  child.pidfd = unique_fd(::pidfd_open(child.pid, 0));
  if (!child.pidfd) {
    const int reason = errno;
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    throw_errno(reason, "cannot watch process '" + wanted.name + "'");
  }
  return child;
}

/// A request that its thread waits for.
struct pending_spawn {
  const spawn_request* wanted;
  spawned_process child = {};
  std::exception_ptr error = {};
  bool done = false;
};

/// The thread that starts processes. Lives as long as the process: never destroyed.
///
/// Invariants (under mutex_): requests_ are not begun; a request is written to by the thread alone until it is done.
class spawner {
 public:
  spawner() : bell_(::eventfd(0, EFD_CLOEXEC)) {
    if (!bell_) throw_errno(errno, "cannot start processes");
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const scope_exit restore([&] { pthread_sigmask(SIG_SETMASK, &before, nullptr); });
    std::thread([this] { work(); }).detach();
  }

  spawned_process spawn(const spawn_request& wanted) {
    pending_spawn request{&wanted};
    std::unique_lock guard(mutex_);
    requests_.push_back(&request);
    ring();
    done_.wait(guard, [&] { return request.done; });
    if (request.error) std::rethrow_exception(request.error);
    return std::move(request.child);
  }

  void reap(unique_fd pidfd) {
    const std::lock_guard guard(mutex_);
    added_.push_back(std::move(pidfd));
    ring();
  }

 private:
  void ring() const noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(bell_.get(), &one, sizeof one));
  }

  void work() {
    pthread_setname_np(pthread_self(), "weft-spawner");
    for (;;) {
      wait();
      std::unique_lock guard(mutex_);
      std::ranges::move(added_, std::back_inserter(children_));
      added_.clear();
      while (!requests_.empty()) {
        pending_spawn& request = *requests_.front();
        requests_.erase(requests_.begin());
        guard.unlock();
        serve(request);
        guard.lock();
        request.done = true;
        done_.notify_all();
      }
    }
  }

  static void serve(pending_spawn& request) noexcept {
    try {
      request.child = start(*request.wanted);
    } catch (...) {
      request.error = std::current_exception();
    }
  }

  void wait() {
    std::vector<pollfd> all{{bell_.get(), POLLIN, 0}};
    for (const auto& child : children_) all.push_back({child.get(), POLLIN, 0});
    if (::poll(all.data(), all.size(), -1) < 0) return;
    std::uint64_t count = 0;
    if (all[0].revents != 0) static_cast<void>(!::read(bell_.get(), &count, sizeof count));
    std::erase_if(children_, [](const unique_fd& child) {
      siginfo_t info{};
      return ::waitid(P_PIDFD, static_cast<id_t>(child.get()), &info, WEXITED | WNOHANG) != 0 || info.si_pid != 0;
    });
  }

  unique_fd bell_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<pending_spawn*> requests_;
  std::vector<unique_fd> added_;
  std::vector<unique_fd> children_;  // the thread's own
};

spawner& the_spawner() {
  static auto* const only = new spawner;
  return *only;
}

}  // namespace

spawned_process spawn_self(const spawn_request& wanted) { return the_spawner().spawn(wanted); }

void reap_later(unique_fd pidfd) noexcept { the_spawner().reap(std::move(pidfd)); }

}  // namespace weft::detail

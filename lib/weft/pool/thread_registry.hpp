#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include <pthread.h>

namespace weft {

enum class thread_kind : std::uint8_t {
  main,    ///< the one that runs main()
  user,    ///< a weft::thread
  daemon,  ///< a weft::thread that no one waits for
  pool,    ///< a worker of a thread_pool
};

struct thread_info {
  std::string name;
  thread_kind kind;
  /// As the operating system's lists show it.
  int tid;
};

/// The threads that run: main's, weft::thread's and those of pools, oldest first. Threads: any.
[[nodiscard]] std::vector<thread_info> threads();

namespace this_thread {

/// The name it was given; of threads that weft knows nothing of: what the operating system has.
[[nodiscard]] std::string name();

}  // namespace this_thread

namespace detail {

/// Makes the running thread known under a name, to threads() and to the operating system, while it lives.
class registered_thread {
 public:
  registered_thread(std::string name, thread_kind kind);
  registered_thread(const registered_thread&) = delete;
  registered_thread& operator=(const registered_thread&) = delete;
  ~registered_thread();

 private:
  std::uint64_t id_;
};

/// Signals stay with the threads of the program: those that are started meanwhile block all of them.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace detail

}  // namespace weft

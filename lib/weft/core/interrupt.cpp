#include <weft/core/interrupt.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <mutex>

#include <semaphore.h>

namespace weft::detail {

namespace {

struct request {
  void (*f)(void*, const ucontext_t&);
  void* argument;
  pthread_t thread;
  sem_t done;
  std::atomic<bool> has_run = false;  // orders memory for sanitizers, which do not know sem_clockwait
};

std::atomic<request*> pending = nullptr;

void run_pending(int /*signal*/, siginfo_t* /*from*/, void* context) {
  const int saved = errno;
  request* wanted = pending.load(std::memory_order_acquire);
  if (wanted != nullptr && pthread_equal(wanted->thread, pthread_self()) != 0 &&
      pending.compare_exchange_strong(wanted, nullptr, std::memory_order_acq_rel)) {
    wanted->f(wanted->argument, *static_cast<const ucontext_t*>(context));
    wanted->has_run.store(true, std::memory_order_release);
    sem_post(&wanted->done);
  }
  errno = saved;
}

bool install_handler() {
  struct sigaction before{};
  if (::sigaction(SIGURG, nullptr, &before) != 0) return false;
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return false;
  struct sigaction ours{};
  ours.sa_sigaction = run_pending;
  ours.sa_flags = SA_RESTART | SA_SIGINFO;
  sigemptyset(&ours.sa_mask);
  return ::sigaction(SIGURG, &ours, nullptr) == 0;
}

bool wait_a_second(sem_t& done) {
  timespec until = {};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += 1;
  int result = 0;
  do {
    result = sem_clockwait(&done, CLOCK_MONOTONIC, &until);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

}  // namespace

bool interrupt_thread(pthread_t thread, void (*f)(void*, const ucontext_t&), void* argument) {
  static std::mutex mutex;
  static const bool installed = install_handler();
  if (!installed) return false;
  const std::lock_guard guard(mutex);
  request wanted{f, argument, thread, {}, false};
  sem_init(&wanted.done, 0, 0);
  pending.store(&wanted, std::memory_order_release);
  bool ran = pthread_kill(thread, SIGURG) == 0 && wait_a_second(wanted.done);
  request* expected = &wanted;
  if (!ran && !pending.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel)) {
    // The handler has begun, and uses the request until it has ended.
    while (!wait_a_second(wanted.done)) {
    }
    ran = true;
  }
  sem_destroy(&wanted.done);
  return ran && wanted.has_run.load(std::memory_order_acquire);
}

}  // namespace weft::detail

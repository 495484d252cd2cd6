#include <weft/core/quiet_thread.hpp>

#include <weft/base/scope_exit.hpp>

#include <csignal>

#include <pthread.h>

namespace weft::detail {

std::thread start_quiet_thread(void (*body)(void*), void* argument) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const scope_exit restore([&] { pthread_sigmask(SIG_SETMASK, &before, nullptr); });
  return std::thread(body, argument);
}

}  // namespace weft::detail

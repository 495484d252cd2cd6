#include <weft/pool/worker_entry.hpp>

#include <weft/core/run.hpp>

#include <cstdio>
#include <cstdlib>

#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

namespace weft {

namespace detail {

namespace {

constinit char pending_role = 0;  // 0: this process is no worker, or has begun to be one

void enter() {
  const char role = pending_role;
  pending_role = 0;
  run_instead = nullptr;
  if (role == static_cast<char>(worker_role::pool)) run_pool_worker();
  run_process();
}

/// Before main(), and before what the program constructs: the earlier, the shorter the time in which the end of the parent would
/// go unnoticed.
[[gnu::constructor(101)]] void look_for_role() {
  const char* told = ::secure_getenv(worker_variable);
  if (told == nullptr || *told == 0) return;
  pending_role = *told;
  const long parent = std::strtol(told + 1, nullptr, 10);
  if (pending_role != static_cast<char>(worker_role::outliving_process)) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before that.
    if (::getppid() != parent) ::_exit(1);
  }
  // For this process only, not for those that it starts.
  ::unsetenv(worker_variable);
  run_instead = &enter;
}

}  // namespace

void refuse_before_entry(const char* what) {
  if (pending_role == 0) return;
  std::fprintf(stderr,
               "weft: a worker process was about to make a %s of its own before it came to its task.\n"
               "Let main() begin with weft::worker_entry(argc, argv), or with weft::run().\n",
               what);
  std::abort();
}

}  // namespace detail

void worker_entry(int /*argc*/, char** /*argv*/) {
  if (detail::pending_role != 0) detail::enter();
}

}  // namespace weft

#pragma once

namespace weft {

/// The first line of a main() that does things which a worker process should not do: does not return in a process that was
/// started to run a task for another, does nothing in any other. weft::run() does the same by itself.
void worker_entry(int argc, char** argv);

namespace detail {

/// Ends the program where it is itself a worker that has not come to worker_entry() or run(): else each worker would start
/// workers of its own, without end. `what` names what was about to be made.
void refuse_before_entry(const char* what);

enum class worker_role : char { process = 'p', outliving_process = 'o', pool = 'w' };

/// For WEFT_WORKER in the environment of the process that is to be started.
inline constexpr char worker_variable[] = "WEFT_WORKER";

// What the roles do. They do not return. Descriptors are inherited as 3 and so on.
[[noreturn]] void run_process();
[[noreturn]] void run_pool_worker();

}  // namespace detail

}  // namespace weft

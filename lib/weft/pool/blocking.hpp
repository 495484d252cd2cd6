#pragma once

#include <weft/base/scope_exit.hpp>
#include <weft/pool/thread_pool.hpp>

#include <concepts>
#include <utility>

namespace weft {

/// The pool of blocking(): up to 32 threads, which never delay the end of the process. Never destroyed.
[[nodiscard]] thread_pool& default_pool();

/// Calls `f(args...)` on a thread of the default pool and gives what it returns, while the loop goes on.
///
/// Ownership:    f and its arguments are copied.
/// Cancellation: killed, the task goes on at once: what waits is taken back, what has been begun goes on to its end.
/// Errors:       what the call throws; from a call that a killed task has left behind it is reported.
/// Cost:         a frame, one allocation, and the wake-up of a thread and of the loop.
template <class F, class... Args>
  requires std::invocable<F, Args...>
task<detail::call_result_t<F, Args...>> blocking(F f, Args... args) {
  detail::current_task().check();
  auto result = default_pool().submit(std::move(f), std::move(args)...);
  const scope_exit left([&] { result.cancel("the task that waited was killed"); });
  co_await result.join();
  co_return std::move(result).get();
}

}  // namespace weft

#pragma once

#include <pthread.h>
#include <ucontext.h>

namespace weft::detail {

/// Lets another thread of the process run `f(argument, where it is)` in the middle of whatever it does, by a signal (SIGURG, which
/// does nothing by default), and waits for it. System calls are restarted where the kernel can.
///
/// `f` must be safe in a signal handler. Gives whether it has run: false after a second, or where the program has a
/// handler of its own for the signal. Threads: any but `thread` itself.
[[nodiscard]] bool interrupt_thread(pthread_t thread, void (*f)(void*, const ucontext_t&), void* argument);

}  // namespace weft::detail

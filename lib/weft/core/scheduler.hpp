#pragma once

#include <coroutine>

namespace weft {
class loop;
}

namespace weft::detail {

class task_state;

/// What the running thread executes: the hot part of its loop, in thread-local storage.
///
/// Invariants: `current` is set exactly while a coroutine of that task runs; `next` is the coroutine to resume when the
/// running one gives back control (the trampoline: no coroutine resumes another one on its own stack); `active` is set
/// while the ready list is going to be drained by a frame further up the stack; `ready_tail` means something only while
/// `ready_head` is set.
struct scheduler {
  std::coroutine_handle<> next;
  task_state* current = nullptr;
  task_state* ready_head = nullptr;
  task_state* ready_tail = nullptr;
  loop* home = nullptr;
  bool active = false;
};

extern constinit thread_local scheduler this_scheduler [[gnu::tls_model("initial-exec")]];

}  // namespace weft::detail

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <pthread.h>
#include <ucontext.h>

namespace weft::detail {

/// Where a thread stands and what its stack holds, copied in the middle of whatever it does.
///
/// A copy and no backtrace: the unwinder follows wrong addresses, and may crash, in a thread that is interrupted while
/// it throws an exception or runs assembly without unwind tables (docs/decisions/stack-copy.md).
struct stack_copy {
  /// From the beginning of the innermost frame outwards.
  static constexpr std::size_t longest = 2048;

  /// The stack of the thread that will be interrupted; empty: not known, and nothing is copied.
  std::span<const void* const> stack;

  const void* instruction = nullptr;
  std::array<const void*, longest> words;
  std::size_t size = 0;
};

/// Empty where it cannot be found out.
[[nodiscard]] std::span<const void* const> stack_of(pthread_t thread) noexcept;

/// Safe in a signal handler; `interrupted` is what the handler was given.
void copy_stack(const ucontext_t& interrupted, stack_copy& to) noexcept;

/// The instruction, then what looks like return addresses: words that point behind a call in loaded code. One that an
/// ended call has left behind cannot be told from the others. Not for signal handlers.
[[nodiscard]] std::vector<const void*> likely_callers(const stack_copy& copy, std::size_t limit);

}  // namespace weft::detail

#pragma once

#include <weft/core/scheduler.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/stack_copy.hpp>

#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace weft::detail {

/// A thread of this process that sits in a system call, looked at without disturbing it: a signal would end many calls
/// before their time, SA_RESTART or not (signal(7)).
///
/// It may go on at any moment. What is copied is read through the kernel, so that memory which is gone is no fault, and
/// is to be used only when has_stayed() holds afterwards.
/// Threads: any but the one that is looked at.
class sitting_thread {
 public:
  /// None: it runs, or that cannot be seen.
  [[nodiscard]] static std::optional<sitting_thread> find(pid_t thread);

  /// The number of the system call.
  [[nodiscard]] long call() const noexcept { return call_; }
  /// Whether it has not moved since find().
  [[nodiscard]] bool has_stayed() const;

  void copy_stack(stack_copy& to) const noexcept;
  /// Copies what is known of the task that runs on it; false where none does, or the thread went on.
  [[nodiscard]] bool copy_running_task(const scheduler& of, raw_task& to) const;
  /// Copies the tasks of its loop, in a copy of the process; false where that could not be made, or the thread went on.
  [[nodiscard]] bool copy_tasks(loop& of, const scheduler& its, std::vector<raw_task>& to) const;

 private:
  sitting_thread() = default;

  pid_t thread_ = 0;
  long call_ = 0;
  std::uintptr_t stack_ = 0;
  std::uintptr_t instruction_ = 0;
  std::uint64_t switches_ = 0;  // how often it has given up the processor, or lost it
};

}  // namespace weft::detail

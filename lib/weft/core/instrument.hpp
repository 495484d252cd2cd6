#pragma once

#include <weft/core/task_state.hpp>

#include <cstdint>
#include <source_location>
#include <string>

namespace weft {

/// A task as an instrument sees it. Valid during the call only.
class task_view {
 public:
  explicit task_view(const detail::task_state& task) noexcept : task_(&task) {}

  [[nodiscard]] std::uint64_t id() const noexcept { return task_->id(); }
  /// The task that spawned it; 0: none did.
  [[nodiscard]] std::uint64_t parent_id() const noexcept { return task_->parent_id(); }
  [[nodiscard]] std::string name() const { return task_->name(); }
  [[nodiscard]] bool failed() const noexcept { return task_->status() == detail::task_status::failed; }
  [[nodiscard]] bool killed() const noexcept { return task_->status() == detail::task_status::killed; }
  /// What it waits for, in a word; null when it does not wait: it is ready again, or has ended.
  [[nodiscard]] const char* wait() const noexcept {
    return task_->waiting_on != nullptr ? task_->waiting_on->what() : nullptr;
  }
  /// The name of the object that it waits for; empty: none.
  [[nodiscard]] const char* object() const noexcept {
    return task_->waiting_on != nullptr ? task_->waiting_on->object() : "";
  }
  /// Where the task has written the co_await that it stands at; line 0: it has not started.
  [[nodiscard]] std::source_location site() const noexcept { return detail::this_scheduler.last_await; }

 private:
  const detail::task_state* task_;
};

/// Is told what the tasks of a loop do: the base of tracers and profilers.
///
/// Threads:  called on the loop's thread, between the steps of tasks; must not await.
/// Errors:   the hooks do not throw. They may kill tasks and spawn new ones.
/// Cost:     without one, a load and a branch a step.
class instrument {
 public:
  instrument() = default;
  instrument(const instrument&) = delete;
  instrument& operator=(const instrument&) = delete;
  virtual ~instrument() = default;

  /// Where the task is given a name, it has it from its first step on.
  virtual void task_spawned(task_view /*task*/) noexcept {}
  /// The task runs until step_ends().
  virtual void step_begins(task_view /*task*/) noexcept {}
  virtual void step_ends(task_view /*task*/) noexcept {}
  /// After the last step_ends(), or instead of any where it was killed before it began.
  virtual void task_ended(task_view /*task*/) noexcept {}
  /// The loop ends: the last call.
  virtual void loop_ended() noexcept {}
};

}  // namespace weft

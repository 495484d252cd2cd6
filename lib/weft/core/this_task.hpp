#pragma once

#include <weft/core/task_state.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// The running task, from inside.
namespace weft::this_task {

[[nodiscard]] inline std::string name() { return detail::current_task().name(); }
[[nodiscard]] inline std::uint64_t id() noexcept { return detail::current_task().id(); }
/// Throws cancelled when the task has been cancelled: for long calculations without waits.
inline void check() { detail::current_task().check(); }
/// When the nearest timeout around this point is over: the task's own, or one around the scope that spawned it. Inside
/// a shield only what the shield and what is inside of it set. None: nothing limits it.
[[nodiscard]] inline std::optional<time_point> deadline() noexcept {
  const time_point when = detail::current_task().deadline();
  return when == time_point::max() ? std::nullopt : std::optional(when);
}

}  // namespace weft::this_task

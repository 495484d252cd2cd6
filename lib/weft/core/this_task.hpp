#pragma once

#include <weft/core/task_state.hpp>

#include <cstdint>
#include <string>

/// The running task, from inside.
namespace weft::this_task {

[[nodiscard]] inline std::string name() { return detail::current_task().name(); }
[[nodiscard]] inline std::uint64_t id() noexcept { return detail::current_task().id(); }
/// Throws cancelled when the task has been cancelled: for long calculations without waits.
inline void check() { detail::current_task().check(); }

}  // namespace weft::this_task

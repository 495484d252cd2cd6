#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/unique_fd.hpp>

#include <optional>

namespace weft::detail {

/// Waits, in a task, until there is something to read. Cancellation: at once.
task<> wait_readable(const unique_fd& file);
/// The same for a thread; gives false when `deadline` came first.
bool poll_readable(const unique_fd& file, std::optional<time_point> deadline);

}  // namespace weft::detail

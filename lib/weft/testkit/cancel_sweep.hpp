#pragma once

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace weft::testkit {

struct cancel_sweep_options {
  /// Name of the task to kill, the first one that has it; empty: the task that runs the test.
  std::string task = {};
  clock_mode clock = clock_mode::simulated;
  /// The order in which ready tasks run; see for_each_seed().
  std::optional<std::uint64_t> seed = {};
};

namespace detail {

std::size_t sweep_cancellation(const cancel_sweep_options& options, const std::function<task<>()>& test);

}  // namespace detail

/// Runs the test `f` to its end and counts how often it waits; then, for each of these suspension points, three times
/// more, with the task killed as soon as it waits there; when it still waits there and no other task is ready; and when
/// it was woken there and has not run yet. Gives the number of suspension points.
///
/// Each of the runs must end, with no task left behind and no failure that no one has looked at. Where the task that
/// runs `f` is killed, `f` ends with `cancelled` or, behind its last wait, well; where another task is named in the
/// options, `f` ends well: so it is seen that what the killed one held or was handed reaches the others.
///
/// `f` has to do the same each time: it makes what it uses anew.
/// Errors: what `f` throws when nothing is killed; test_failure with the number of the suspension point and the places
/// of its co_awaits.
template <class F>
std::size_t cancel_at_every_suspension(F f, cancel_sweep_options options = {}) {
  return detail::sweep_cancellation(options, [&f]() -> task<> { static_cast<void>(co_await std::invoke(f)); });
}

}  // namespace weft::testkit

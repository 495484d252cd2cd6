#pragma once

#include <weft/core/loop.hpp>
#include <weft/core/time.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

struct watchdog_options {
  /// A step of a task, or a turn of the loop, that lasts longer is reported; none: nothing is.
  std::optional<duration> limit;
  /// Whether weft-top may look into the process.
  bool serves_debugger = false;
};

/// A thread beside the loops that says when one of them is held, by which task and where; that answers weft-top, and
/// SIGUSR2 with a dump to standard error, also while a loop is stuck.
///
/// Lifetime: made on the thread of a loop and destroyed before the loops are.
/// Threads:  watch() and unwatch() on the loop's thread; the destructor waits for the thread, which ends at once.
/// Cost:     two stores a turn and one a step; the thread sleeps while the loops do.
class watchdog {
 public:
  explicit watchdog(watchdog_options options);
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  ~watchdog();

  /// From now on the calling thread's loop is watched.
  void watch(loop& own);
  void unwatch(loop& own) noexcept;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// Where processes that can be looked into have their sockets: $XDG_RUNTIME_DIR/weft, else /tmp/weft-UID.
[[nodiscard]] std::string debugger_folder();
/// Whether the environment asks for it: WEFT_DEBUG=1.
[[nodiscard]] bool is_debugger_wanted() noexcept;

}  // namespace weft::detail

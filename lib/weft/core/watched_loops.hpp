#pragma once

#include <weft/core/loop_watch.hpp>
#include <weft/core/mailbox.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weft::detail {

enum class kill_answer { killed, unknown, late };

/// The loops that a watchdog watches.
///
/// Threads: any, but for add() and remove(), which are the loop's. What waits for a loop does not hold up remove().
class watched_loops {
 public:
  /// The calling thread's loop.
  void add(loop& own);
  void remove(loop& own) noexcept;

  /// Looks at the pulse of each: see loop_watch.
  void look(duration limit);
  /// Lets the loops wake the watchdog when a turn begins; false when one of them is in a turn.
  [[nodiscard]] bool sleep();

  /// The tasks of each loop: from the loops themselves, or, where one does not answer, from outside.
  [[nodiscard]] std::vector<std::vector<raw_task>> copy_tasks();
  /// Kills a task in the name of weft-top.
  [[nodiscard]] kill_answer kill(std::uint64_t id, const std::string& reason);

 private:
  struct contact {
    loop* watched;  // to be used only where it is still there: on its thread, or under mutex_ after a look for it
    std::shared_ptr<mailbox> mail;
  };

  [[nodiscard]] std::vector<contact> contacts();
  /// From outside, if it is still there.
  [[nodiscard]] std::vector<raw_task> copy_tasks_of(const loop& held);

  std::mutex mutex_;
  std::deque<loop_watch> loops_;  // under mutex_
};

}  // namespace weft::detail

#pragma once

#include <weft/core/mailbox.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace weft::detail {

/// The loops of one run(), as far as they know each other; number 0 runs the main task.
///
/// Threads:    any, but for enter().
/// Invariants: a loop that is idle runs nothing, and nothing on it can wake a task of its own: only a parcel can. It
///             says that it is no longer idle before it takes a parcel out. Hence, when all are idle and all mailboxes
///             are empty, no loop can do anything any more.
class loop_team {
 public:
  explicit loop_team(std::size_t size) : members_(size) {}

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

  /// Makes a loop known. All have entered before the first task runs.
  void enter(std::size_t index, std::shared_ptr<mailbox> mail);
  /// Throws std::out_of_range when there is no such loop.
  [[nodiscard]] const std::shared_ptr<mailbox>& mailbox_of(std::size_t index) const;
  [[nodiscard]] bool has(const mailbox& mail) const noexcept;

  /// Says that nothing on the loop can wake a task. For loop 0: gives whether that is so for all of them. The last of
  /// the others makes loop 0 look again.
  [[nodiscard]] bool begin_idle(std::size_t index);
  void end_idle(std::size_t index) noexcept;

 private:
  struct member {
    std::shared_ptr<mailbox> mail;
    bool idle = false;  // under mutex_
  };

  mutable std::mutex mutex_;
  std::vector<member> members_;
};

}  // namespace weft::detail

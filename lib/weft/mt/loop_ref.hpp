#pragma once

#include <weft/core/loop.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace weft {

/// A loop as other loops and threads know it.
///
/// Lifetime: may outlive the loop; what is sent to a loop that has ended is refused.
/// Threads:  any. Copies are one loop.
class loop_ref {
 public:
  /// Threads: that of the loop, or any while it is certain to run.
  loop_ref(const loop& of) noexcept : mail_(of.mailbox()), index_(of.index()) {}  // NOLINT: so that a loop will do
  /// One of the loops of the caller's run(). Throws std::out_of_range when there is none with that number.
  loop_ref(std::size_t index);  // NOLINT: so that a number will do

  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  // For the runtime.
  [[nodiscard]] const std::shared_ptr<detail::mailbox>& mailbox() const noexcept { return mail_; }

 private:
  std::shared_ptr<detail::mailbox> mail_;
  std::size_t index_;
};

/// The loops of the caller's run(): run_options::threads.
[[nodiscard]] std::size_t loop_count() noexcept;

namespace mt {

/// Runs `f()` on the thread of a loop soon, outside of any task; what it throws is reported as unhandled.
///
/// Gives false when the loop has ended: then `f` is not called. True: it is called, if need be in the last turn of the
/// loop, unless the loop gives up on tasks that do not end (run_options::shutdown_grace).
/// Threads: any. Order: that of the calls, for those of one thread. Cost: one allocation and a compare-and-swap; the
///          first one that an idle loop gets also wakes it.
template <class F>
bool post(const loop_ref& to, F f) {
  return detail::posted_call<F>::send(*to.mailbox(), std::move(f));
}

}  // namespace mt

}  // namespace weft

#pragma once

#include <weft/core/sleep.hpp>

#include <coroutine>
#include <cstdint>

namespace weft {

/// What happens to the ticks that came while the task was busy.
enum class missed_ticks : std::uint8_t {
  burst,  ///< all are made up for, one behind the other without a pause
  skip,   ///< they are left out; the rhythm stays
  delay,  ///< they are left out; the rhythm begins anew with the late tick
};

/// A beat to wait for: made by every().
///
///     ticker tick = every(1s);
///     for (;;) { co_await tick.next(); measure(); }
///
/// Threads: one loop; one task at a time. Cancellation: a killed wait loses no tick. Cost: a wait is a sleep.
class ticker {
 public:
  class next_awaiter;
  class next_request;

  /// The first tick is due at `first`. Errors: std::invalid_argument when the period is not positive.
  ticker(time_point first, duration period, missed_ticks policy);

  /// Waits for the next tick and gives the moment it was due. One that is late already yields once.
  [[nodiscard]] next_request next() noexcept;
  /// The next tick comes one period from now, and the others behind it.
  void reset() noexcept { due_ = deadline_after(period_); }
  [[nodiscard]] time_point due() const noexcept { return due_; }
  [[nodiscard]] duration period() const noexcept { return period_; }

 private:
  time_point take() noexcept;

  time_point due_;
  duration period_;
  missed_ticks policy_;
};

class ticker::next_awaiter {
 public:
  explicit next_awaiter(ticker& owner) noexcept : owner_(&owner), sleep_(owner.due_) {}

  [[nodiscard]] bool await_ready() const { return sleep_.await_ready(); }
  void await_suspend(std::coroutine_handle<> caller) { sleep_.await_suspend(caller); }
  time_point await_resume() {
    sleep_.await_resume();
    return owner_->take();
  }

 private:
  ticker* owner_;
  detail::sleep_awaiter sleep_;
};

class ticker::next_request {
 public:
  explicit next_request(ticker& owner) noexcept : owner_(&owner) {}
  [[nodiscard]] next_awaiter operator co_await() const noexcept { return next_awaiter(*owner_); }

 private:
  ticker* owner_;
};

inline ticker::next_request ticker::next() noexcept { return next_request(*this); }

/// A tick at once and one each `period` from then on. A tick that comes later than a tenth of a period is late: what is
/// due after it is for the policy to say.
[[nodiscard]] ticker every(duration period, missed_ticks policy = missed_ticks::burst);

}  // namespace weft

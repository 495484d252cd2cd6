#pragma once

#include <weft/pool/futex.hpp>
#include <weft/pool/future_state.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace weft {

template <class R>
class future;

namespace detail {

/// Waits, in a task of any loop, until the work has ended.
class future_join_awaiter : private task_waiter {
 public:
  explicit future_join_awaiter(state_ptr<future_state> target) noexcept
      : task_waiter(target->mutex(), target->waiters(), "a future", ""), target_(std::move(target)) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return target_->ended() && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) {
    if (target_->ended()) return give_way(caller);
    suspend_unless(caller, nullptr, [this] { return target_->ended_or_waited(); });
  }
  void await_resume() const {
    if (!target_->ended()) current_task().check();
    target_->mark_observed();
  }

 protected:
  [[nodiscard]] future_state& target() const noexcept { return *target_; }

 private:
  state_ptr<future_state> target_;
};

/// The same, giving the result; Take: as the last one who looks.
template <class R, bool Take>
class future_awaiter final : public future_join_awaiter {
 public:
  using future_join_awaiter::future_join_awaiter;
  R await_resume() {
    future_join_awaiter::await_resume();
    auto& state = static_cast<future_result<R>&>(target());
    if constexpr (Take) {
      return state.take();
    } else {
      return state.get();
    }
  }
};

}  // namespace detail

/// The result, to come, of work that a pool has been given.
///
/// Ownership:    move-only; dropping it neither cancels the work nor waits for it.
/// Threads:      may be moved to any, and is used by one at a time. What blocks does so on a loop's thread, too, and holds
///               up the loop, which its watchdog says: tasks co_await. Where the work needs that loop, it waits for ever.
/// Cancellation: cancel() is for the work. A killed task that waits stops waiting; the work goes on.
/// Errors:       what the work threw, each time it is asked for; cancelled when it was cancelled. would_deadlock where
///               the wait could not end. A failure that no one has looked at when the last one lets go is reported.
/// Cost:         a pointer. Waiting allocates nothing.
template <class R = void>
class future {
 public:
  using value_type = R;

  /// Empty: only assignment, destruction and the conversion to bool are allowed.
  future() noexcept = default;
  explicit future(detail::state_ptr<detail::future_result<R>> state) noexcept : state_(std::move(state)) {}
  future(future&&) noexcept = default;
  future& operator=(future&&) noexcept = default;
  future(const future&) = delete;
  future& operator=(const future&) = delete;
  ~future() = default;

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// Blocks until the work has ended and gives a copy of the value (one that cannot be copied: itself, once), or rethrows.
  /// On a thread of the pool that has the work waiting, does it.
  R get() const& {
    state_->wait();
    return state_->get();
  }
  /// The same, moving the value out.
  R get() && {
    state_->wait();
    return state_->take();
  }
  /// Waits at most `limit`, then throws timed_out and leaves the future as it was.
  R get_for(duration limit) const& {
    require_end(limit);
    return state_->get();
  }
  R get_for(duration limit) && {
    require_end(limit);
    return state_->take();
  }

  /// Block until the work has ended; never rethrow. wait_for() gives whether it has.
  void wait() const {
    state_->wait();
    state_->mark_observed();
  }
  bool wait_for(duration limit) const {
    if (!state_->wait(detail::deadline_in(limit))) return false;
    state_->mark_observed();
    return true;
  }

  /// For tasks, of any loop: get(), and wait() under the name that handles have for it.
  auto operator co_await() const& noexcept { return detail::future_awaiter<R, false>(state_); }
  auto operator co_await() && noexcept { return detail::future_awaiter<R, true>(std::move(state_)); }
  [[nodiscard]] auto join() const noexcept { return detail::future_join_awaiter(state_); }

  /// Whether the work has ended. ok, failed, cancelled: how; false before the end.
  [[nodiscard]] bool ready() const noexcept { return state_->ended(); }
  [[nodiscard]] bool ok() const noexcept { return state_->status() == detail::future_state::stage::ok; }
  [[nodiscard]] bool failed() const noexcept { return state_->status() == detail::future_state::stage::failed; }
  [[nodiscard]] bool cancelled() const noexcept { return state_->status() == detail::future_state::stage::cancelled; }
  /// Whether the work has been begun and has not ended.
  [[nodiscard]] bool running() const noexcept { return state_->status() == detail::future_state::stage::running; }
  /// What the work threw; null before its end, and when it ended well. Looking counts as having seen to a failure.
  [[nodiscard]] std::exception_ptr error() const noexcept { return state_->look_at_error(); }

  /// Gives true when the work is not going to be done, or was ended because of it: get() throws weft::cancelled then.
  /// False: it has ended otherwise, or goes on.
  bool cancel(std::string reason = "the future was cancelled") const { return state_->cancel(std::move(reason)); }

  /// Calls `callback()` or `callback(future&)` once when the work has ended: after those that were added before, on the
  /// thread that has ended the work, or here and now when it has ended already. What it throws is reported.
  template <class F>
  void on_done(F callback) const {
    static_assert(std::is_invocable_v<F&> || std::is_invocable_v<F&, future&>,
                  "on_done(): callback() or callback(future&)");
    state_->on_done(std::make_unique<bound_callback<F>>(std::move(callback)));
  }

 private:
  template <class F>
  class bound_callback final : public detail::future_state::callback {
   public:
    explicit bound_callback(F&& f) : f_(std::move(f)) {}
    void call(detail::future_state& ended) override {
      if constexpr (std::is_invocable_v<F&, future&>) {
        future self(detail::state_ptr<detail::future_result<R>>(static_cast<detail::future_result<R>*>(&ended)));
        f_(self);
      } else {
        f_();
      }
    }

   private:
    F f_;
  };

  void require_end(duration limit) const {
    if (!wait_for(limit)) throw timed_out("the work of a future did not end in time");
  }

  detail::state_ptr<detail::future_result<R>> state_;
};

}  // namespace weft

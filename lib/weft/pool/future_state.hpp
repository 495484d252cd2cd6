#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/task_state.hpp>
#include <weft/core/time.hpp>
#include <weft/mt/shared_value.hpp>
#include <weft/mt/shared_waiter.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// Thrown by a wait that could never end: the work waited for is held up by who waits.
class would_deadlock : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace detail {

/// What a future and the one who does the work share. A pool's task is derived from it: one allocation.
///
/// Ownership:  counted, atomically: one reference of the future, one of the worker, until he has ended it.
/// Threads:    any.
/// Invariants: pending -> running -> ended; who has made it running, by begin(), ends it, once. Value and error are
///             written before it says that it has ended and are read only after that.
///             `waited` is set before something is added to the lists, under the mutex; the one who ends it takes them.
class future_state {
 public:
  enum class stage : std::uint8_t { pending, running, ok, failed, cancelled };

  /// Called once when the work has ended, on the thread that has ended it.
  class callback {
   public:
    virtual ~callback() = default;
    virtual void call(future_state& ended) = 0;

   private:
    friend class future_state;
    std::unique_ptr<callback> next_;
  };

  future_state(const future_state&) = delete;
  future_state& operator=(const future_state&) = delete;

  [[nodiscard]] stage status() const noexcept { return stage_of(word_.load(std::memory_order_acquire)); }
  [[nodiscard]] bool ended() const noexcept { return status() >= stage::ok; }

  // For who does the work.
  /// It is about to be done. Gives false when someone else does, or has ended it: cancelled.
  [[nodiscard]] bool begin() noexcept;
  /// End it. Precondition: the caller's begin() gave true.
  void fail(std::exception_ptr error) noexcept;
  void end_cancelled(std::string reason) noexcept;

  // For who waits for it.
  /// Blocks until it has ended, or until `deadline`; gives whether it has.
  bool wait(std::optional<time_point> deadline = {});
  bool cancel(std::string reason);
  void on_done(std::unique_ptr<callback> added);
  /// Looking at it counts as having seen to a failure. Null before the end, and when it ended well.
  [[nodiscard]] std::exception_ptr look_at_error() noexcept {
    mark_observed();
    return ended() ? error_ : nullptr;
  }
  void mark_observed() noexcept {
    if (!observed_.load(std::memory_order_relaxed)) observed_.store(true, std::memory_order_relaxed);
  }
  /// For task_waiter::suspend_unless(), under the mutex: whether there is no need to wait.
  [[nodiscard]] bool ended_or_waited() noexcept { return mark(waited); }
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
  [[nodiscard]] shared_waiter::list& waiters() noexcept { return waiters_; }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }

 protected:
  /// `references` are held already, by those who will release them.
  explicit future_state(std::uint32_t references = 0) noexcept : references_(references) {}
  virtual ~future_state() = default;

  /// The value has been written.
  void succeed() noexcept { end(stage::ok); }
  void rethrow() {
    mark_observed();
    if (error_) std::rethrow_exception(error_);
  }
  /// Whether callbacks may look at the value while others do.
  [[nodiscard]] bool is_shared() const noexcept { return shared_.load(std::memory_order_relaxed); }

  /// The work must not be begun, or has to end: takes it out of where it waits, or ends what runs. Gives whether the
  /// future has ended as cancelled, or is certain to. Called unless it has ended.
  [[nodiscard]] virtual bool try_cancel(std::string reason);
  /// A thread is about to block until it has ended: may do the work, or throw would_deadlock.
  virtual void help() {}
  /// The same, of work that may take its time: until `deadline` at most.
  virtual void help_until(std::optional<time_point> /*deadline*/) { help(); }
  /// It blocks no longer.
  virtual void helped() noexcept {}
  /// What is said of a failure that no one looked at.
  virtual void report(const std::exception_ptr& error) noexcept;

 private:
  static constexpr std::uint32_t stage_bits = 7;
  static constexpr std::uint32_t waited = 8;     // the lists are, or were, not empty
  static constexpr std::uint32_t sleeping = 16;  // a thread sleeps on the word

  static stage stage_of(std::uint32_t word) noexcept { return static_cast<stage>(word & stage_bits); }
  /// Adds a flag; gives whether the work has ended before.
  [[nodiscard]] bool mark(std::uint32_t flag) noexcept {
    return stage_of(word_.fetch_or(flag, std::memory_order_acq_rel)) >= stage::ok;
  }
  void end(stage how) noexcept {
    const std::uint32_t before = word_.exchange(static_cast<std::uint32_t>(how), std::memory_order_acq_rel);
    if ((before & (waited | sleeping)) != 0) tell(before);
  }
  void tell(std::uint32_t flags) noexcept;
  void call_back_all() noexcept;
  [[nodiscard]] bool block(std::optional<time_point> deadline);
  void destroy() noexcept;

  std::atomic<std::uint32_t> references_;
  std::atomic<std::uint32_t> word_ = 0;
  std::atomic<bool> observed_ = false;
  std::atomic<bool> shared_ = false;
  bool calling_back_ = false;  // under mutex_: someone works through the callbacks, and will see those that are added
  std::exception_ptr error_;
  std::mutex mutex_;
  shared_waiter::list waiters_;          // under mutex_
  std::unique_ptr<callback> callbacks_;  // under mutex_
  callback* last_callback_ = nullptr;    // under mutex_; means something while there are any
};

/// A future_state with room for an R.
template <class R>
class future_result : public future_state {
 public:
  /// Ends the work well. Precondition: the caller's begin() gave true. If making the value throws, it ends with that.
  template <class... Args>
  void set_value(Args&&... args) noexcept {
    try {
      value_.emplace(std::forward<Args>(args)...);
    } catch (...) {
      return fail(std::current_exception());
    }
    succeed();
  }
  /// Precondition: it has ended.
  R get() {
    rethrow();
    return value_.get("a future");
  }
  /// The same, for the last one who looks.
  R take() {
    if constexpr (!std::is_void_v<R> && std::is_copy_constructible_v<R>) {
      if (is_shared()) return get();
    }
    rethrow();
    return value_.take("a future");
  }

 protected:
  using future_state::future_state;

  /// Puts the value of `f()` in place; gives what it threw. Precondition: the caller's begin() gave true, and it calls
  /// conclude() next.
  template <class F>
  [[nodiscard]] std::exception_ptr compute(F&& f) noexcept {
    try {
      if constexpr (std::is_void_v<R>) {
        std::forward<F>(f)();
        value_.emplace();
      } else {
        value_.emplace(std::forward<F>(f)());
      }
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }
  void conclude(std::exception_ptr error) noexcept {
    if (error) {
      fail(std::move(error));
    } else {
      succeed();
    }
  }

 private:
  shared_value<R> value_;
};

}  // namespace detail

}  // namespace weft

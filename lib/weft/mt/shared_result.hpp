#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/result_state.hpp>
#include <weft/core/task_state.hpp>
#include <weft/mt/loop_ref.hpp>
#include <weft/mt/shared_value.hpp>
#include <weft/mt/shared_waiter.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// What a task of one loop and its handles on others share.
///
/// Ownership:  counted, atomically: one reference of the task from spawn_on() to its end, one of each handle.
/// Threads:    any, but for what is said to be of its loop.
/// Invariants: error and value are written once, before status_ says that the task has ended, and read only after that.
class shared_task : private completion_listener {
 public:
  shared_task(const shared_task&) = delete;
  shared_task& operator=(const shared_task&) = delete;

  [[nodiscard]] task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ended() const noexcept { return status() >= task_status::ok; }
  /// Looking at it counts as having seen to a failure. Null before the end.
  [[nodiscard]] std::exception_ptr look_at_error() noexcept {
    mark_observed();
    return ended() ? error_ : nullptr;
  }
  void mark_observed() noexcept { observed_.store(true, std::memory_order_relaxed); }

  void kill(std::string reason, std::source_location where);
  void wait_blocking();
  /// Throws std::logic_error when the running task would wait for itself.
  void require_other_task() const;

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;
  [[nodiscard]] bool is_unique() const noexcept { return references_.load(std::memory_order_acquire) == 1; }

  /// 0: it has not been made. An ended one's is kept.
  [[nodiscard]] std::uint64_t task_id() const noexcept { return task_id_.load(std::memory_order_relaxed); }
  /// Whether it belongs to a loop of the caller's run().
  [[nodiscard]] bool is_of_this_run() const noexcept;

  // What waiters need.
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }
  [[nodiscard]] shared_waiter::list& waiters() noexcept { return waiters_; }

 protected:
  explicit shared_task(const loop_ref& home, const void* spawn_site) noexcept
      : home_(home.mailbox()), spawn_site_(spawn_site) {}
  virtual ~shared_task() = default;

  virtual void take_value(task_state& ended) = 0;

  /// Of its loop: the task has been made.
  void begin(task_state& made);
  /// It has not been made, because of `error`, and is not going to be.
  void end_unmade(task_status how, std::exception_ptr error) noexcept;
  [[nodiscard]] mailbox& home() const noexcept { return *home_; }
  [[nodiscard]] const void* spawn_site() const noexcept { return spawn_site_; }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

  std::string name_;

 private:
  void completed(task_state& ended) noexcept override;
  /// Drops the task's reference.
  void settle(task_status how) noexcept;
  void report() noexcept;

  std::atomic<std::uint32_t> references_ = 0;
  std::atomic<task_status> status_ = task_status::running;
  std::atomic<bool> observed_ = false;
  std::atomic<std::uint64_t> task_id_ = 0;
  std::exception_ptr error_;
  std::mutex mutex_;
  shared_waiter::list waiters_;  // under mutex_
  std::shared_ptr<mailbox> home_;
  const void* spawn_site_;
  state_ptr<task_state> task_;  // of its loop, while it runs
};

/// A shared_task with room for an R.
template <class R>
class shared_result : public shared_task {
 public:
  /// As result_state::get(). Precondition: the task has ended.
  R get() {
    rethrow();
    return value_.get("a task");
  }
  /// The value itself; for the last one who looks, or the first where R cannot be copied.
  R take() {
    rethrow();
    return value_.take("a task");
  }

 protected:
  using shared_task::shared_task;

 private:
  void rethrow() {
    mark_observed();
    if (error()) std::rethrow_exception(error());
  }
  void take_value(task_state& ended) override {
    auto& state = static_cast<result_state<R>&>(ended);
    if constexpr (std::is_void_v<R>) {
      state.take();
    } else {
      value_.emplace(state.take());
    }
  }

  shared_value<R> value_;
};

}  // namespace weft::detail

#pragma once

#include <weft/core/async_generator.hpp>
#include <weft/core/join.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <list>
#include <string>
#include <utility>

namespace weft::detail {

/// In which order the generator gives the results: imap() or map_unordered().
enum class map_order { of_range, of_ends };

/// The tasks of an imap() or map_unordered(), which may outlive the generator.
///
/// Ownership:  shared by the generator and its tasks. Threads: one loop.
/// Invariants: members_ are the tasks that have not ended; at most one task waits. Of the results that have arrived,
///             `takable_` are next in their order.
class map_crew_base {
 public:
  class wait_awaiter;

  static void check_limit(std::size_t limit);

  explicit map_crew_base(std::size_t limit) noexcept : limit_(limit) {}
  map_crew_base(const map_crew_base&) = delete;
  map_crew_base& operator=(const map_crew_base&) = delete;

  void enlist(state_ptr<task_state> task);
  [[nodiscard]] bool has_room() const noexcept { return members_.size() + arrived_ < limit_; }
  /// No task is left, no result, no failure.
  [[nodiscard]] bool is_done() const noexcept { return members_.empty() && arrived_ == 0 && !failure_; }
  /// Rethrows the first failure.
  void check();
  /// Kills the tasks that are left. From then on failures are reported as unhandled.
  void stop(const char* reason) noexcept;

  /// Waits for a result or a failure. Precondition: not is_done().
  [[nodiscard]] wait_awaiter arrival() noexcept;
  /// Waits until no task is left; a kill of the waiting task does not end it.
  [[nodiscard]] wait_awaiter all_ended() noexcept;

 protected:
  ~map_crew_base();

  /// One more result is there; `takable` of them, all told, may be taken.
  void one_arrived(std::size_t takable) noexcept;
  [[nodiscard]] std::size_t takable() const noexcept { return takable_; }
  void one_was_taken() noexcept {
    --arrived_;
    --takable_;
  }
  void fail(std::exception_ptr error) noexcept;

 private:
  class member final : public completion_listener {
   public:
    member(map_crew_base& crew, state_ptr<task_state> task) noexcept : crew_(crew), task_(std::move(task)) {}
    [[nodiscard]] task_state& task() const noexcept { return *task_; }
    std::list<member>::iterator place;

   private:
    void completed(task_state& ended) noexcept override { crew_.ended(*this, ended); }
    map_crew_base& crew_;
    state_ptr<task_state> task_;
  };

  void ended(member& who, task_state& task) noexcept;
  void wake_waiting() noexcept;

  std::list<member> members_;
  std::size_t limit_;
  std::size_t arrived_ = 0;
  std::size_t takable_ = 0;
  std::exception_ptr failure_;
  task_state* waiting_ = nullptr;
  bool stopped_ = false;
  bool for_all_ = false;  // what the waiting task waits for
};

class map_crew_base::wait_awaiter final : private waiter {
 public:
  wait_awaiter(map_crew_base& crew, bool for_all) noexcept : crew_(&crew), for_all_(for_all) {}

  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> caller) noexcept;
  void await_resume() const;

 private:
  [[nodiscard]] bool is_over() const noexcept;
  void abort() noexcept override {
    if (!for_all_) crew_->wake_waiting();
  }
  [[nodiscard]] const char* what() const noexcept override { return "tasks of a map"; }

  map_crew_base* crew_;
  bool for_all_;
};

/// Ends the tasks of a map when its generator goes.
class map_leash {
 public:
  explicit map_leash(map_crew_base& crew) noexcept : crew_(crew) {}
  map_leash(const map_leash&) = delete;
  map_leash& operator=(const map_leash&) = delete;
  ~map_leash() { crew_.stop("the results of a map were left"); }

 private:
  map_crew_base& crew_;
};

}  // namespace weft::detail

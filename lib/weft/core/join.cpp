#include <weft/core/join.hpp>

#include <algorithm>
#include <deque>

namespace weft::detail {

namespace {

/// Wakes the waiting task when enough of the watched tasks have ended.
class countdown final : private waiter {
 public:
  countdown(const std::vector<task_state*>& tasks, std::size_t count) {
    for (task_state* t : tasks) {
      if (t->ended()) {
        ++ended_;
      } else {
        listeners_.emplace_back(*this, *t);
      }
    }
    missing_ = std::min(count, tasks.size()) - std::min({ended_, count, tasks.size()});
  }
  countdown(const countdown&) = delete;
  countdown& operator=(const countdown&) = delete;
  ~countdown() {
    for (auto& l : listeners_) l.leave();
  }

  [[nodiscard]] bool is_over() const noexcept { return missing_ == 0; }
  void suspend(std::coroutine_handle<> caller) noexcept {
    if (is_over()) return push_ready(suspend_current(caller, nullptr));
    task_ = &suspend_current(caller, this);
  }

 private:
  class listener final : public completion_listener {
   public:
    listener(countdown& owner, task_state& watched) noexcept : owner_(owner), watched_(&watched) {
      watched.add_listener(*this);
    }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() = default;
    [[nodiscard]] const task_state* watched() const noexcept { return watched_; }
    void leave() noexcept {
      if (watched_ != nullptr) watched_->remove_listener(*this);
    }
    void completed(task_state& /*ended*/) noexcept override {
      watched_ = nullptr;
      owner_.one_ended();
    }

   private:
    countdown& owner_;
    task_state* watched_;
  };

  void one_ended() noexcept {
    if (missing_ == 0) return;
    if (--missing_ == 0 && task_ != nullptr) wake(*std::exchange(task_, nullptr));
  }
  void abort() noexcept override {
    if (task_ != nullptr) wake(*std::exchange(task_, nullptr));
  }
  [[nodiscard]] const char* what() const noexcept override { return "join"; }
  [[nodiscard]] std::size_t holders(std::span<std::uint64_t> to) const noexcept override {
    std::size_t count = 0;
    for (auto each = listeners_.begin(); each != listeners_.end() && count < to.size(); ++each) {
      if (each->watched() != nullptr) to[count++] = each->watched()->id();
    }
    return count;
  }

  std::deque<listener> listeners_;
  std::size_t ended_ = 0;
  std::size_t missing_ = 0;
  task_state* task_ = nullptr;
};

class countdown_awaiter {
 public:
  explicit countdown_awaiter(countdown& count) noexcept : count_(&count) {}
  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return count_->is_over() && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { count_->suspend(caller); }
  void await_resume() const {
    if (!count_->is_over()) current_task().check();
  }

 private:
  countdown* count_;
};

}  // namespace

void rethrow_failure(task_state& ended) {
  if (ended.status() == task_status::failed) std::rethrow_exception(ended.look_at_error());
}

task<void> wait_for_count(std::vector<task_state*> tasks, std::size_t count, std::optional<duration> limit) {
  countdown counter(tasks, count);
  std::optional<deadline_scope> deadline;
  if (limit) deadline.emplace(deadline_after(*limit));
  try {
    co_await countdown_awaiter(counter);
  } catch (const cancelled&) {
    if (!deadline || !deadline->was_hit()) throw;
  }
}

void race_referee::ended(std::size_t index) noexcept {
  if (winner_) return;
  winner_ = index;
  group_.cancel("another task won the race");
}

void race_listener::watch(race_referee& referee, std::size_t index, task_state& runner) noexcept {
  referee_ = &referee;
  index_ = index;
  runner.add_listener(*this);
}

void race_listener::completed(task_state& /*ended*/) noexcept { referee_->ended(index_); }

void report_loser(task_state& loser) noexcept {
  if (loser.status() != task_status::failed) return;
  loser.mark_observed();
  report_unhandled(loser);
}

}  // namespace weft::detail

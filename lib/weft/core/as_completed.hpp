#pragma once

#include <weft/core/async_generator.hpp>
#include <weft/core/join.hpp>

#include <coroutine>
#include <cstddef>
#include <deque>
#include <ranges>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// Tells which of a number of tasks have ended, in the order of their ends.
class finish_line {
 public:
  class next_awaiter;

  explicit finish_line(const std::vector<task_state*>& tasks);
  finish_line(const finish_line&) = delete;
  finish_line& operator=(const finish_line&) = delete;
  ~finish_line();

  /// Waits for the next end; gives the index of the task.
  [[nodiscard]] next_awaiter next() noexcept;

 private:
  class runner final : public completion_listener {
   public:
    runner(finish_line& line, std::size_t index, task_state& task) noexcept;
    void leave() noexcept;
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

   private:
    void completed(task_state& ended) noexcept override;

    finish_line& line_;
    std::size_t index_;
    task_state* running_;  // null: ended
  };

  void arrived(runner& at) noexcept;

  std::deque<runner> runners_;
  fifo<completion_listener> arrived_;
  task_state* waiting_ = nullptr;
};

class finish_line::next_awaiter final : private waiter {
 public:
  explicit next_awaiter(finish_line& line) noexcept : line_(&line) {}

  [[nodiscard]] bool await_ready() const {
    current_task().check();
    return !line_->arrived_.empty() && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept;
  std::size_t await_resume() const;

 private:
  void abort() noexcept override { wake(*std::exchange(line_->waiting_, nullptr)); }
  [[nodiscard]] const char* what() const noexcept override { return "one of several tasks"; }

  finish_line* line_;
};

inline finish_line::next_awaiter finish_line::next() noexcept { return next_awaiter(*this); }

}  // namespace detail

/// The handles of `handles` in the order in which their tasks end; those that have ended already first.
///
///     auto ended = as_completed(handles);
///     while (auto h = co_await ended.next()) use(co_await *h);
///
/// Ownership:    of the handles, not of the tasks: dropping the generator, or leaving the loop early, ends the waiting
///               and leaves the tasks alone; to end them as well, killall(handles) or leave the scope they belong to.
/// Cancellation: of the caller ends the waiting.
/// Errors:       none of its own: `co_await *h` rethrows, h->error() tells; what no one looks at is reported.
template <class R>
async_generator<handle<R>> as_completed(std::vector<handle<R>> handles) {
  detail::finish_line line(detail::states_of(handles));
  for (std::size_t left = handles.size(); left > 0; --left) {
    const std::size_t index = co_await line.next();
    co_yield handles[index];
  }
}

template <detail::handle_range Range>
async_generator<std::ranges::range_value_t<Range>> as_completed(const Range& range) {
  return as_completed(
      std::vector<std::ranges::range_value_t<Range>>(std::ranges::begin(range), std::ranges::end(range)));
}

}  // namespace weft

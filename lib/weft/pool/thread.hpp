#pragma once

#include <weft/core/open_calls.hpp>
#include <weft/pool/future.hpp>
#include <weft/pool/thread_registry.hpp>

#include <atomic>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

struct thread_options {
  /// Seen in this_thread::name(), threads() and the system's lists, which show at most 15 bytes. Empty: "thread-N".
  std::string name = {};
  /// Whether it goes on when its thread object is destroyed, and is not waited for by anyone who does not ask.
  bool daemon = false;
};

namespace detail {

/// What a thread and its owner share. The first reference is the thread's.
class thread_state : public future_result<void> {
 public:
  explicit thread_state(thread_options options);

  /// Starts it. Throws std::system_error.
  void start();
  /// Waits for the end of the thread itself, too. Gives false when `deadline` comes first.
  bool join(std::optional<time_point> deadline);
  void detach();
  [[nodiscard]] bool is_this_thread() const noexcept {
    return id_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  [[nodiscard]] const thread_options& options() const noexcept { return options_; }

 protected:
  ~thread_state() override;

 private:
  class counted_by_loop;

  [[nodiscard]] virtual std::exception_ptr call() noexcept = 0;
  void live(const std::shared_ptr<open_calls>& counted);
  void help() override;
  void report(const std::exception_ptr& error) noexcept override;

  const thread_options options_;
  std::mutex joining_;
  std::thread thread_;  // under joining_, once it has been started
  std::atomic<std::thread::id> id_;
};

template <class F, class... Args>
class thread_call final : public thread_state {
 public:
  template <class... Values>
  explicit thread_call(thread_options options, Values&&... values)
      : thread_state(std::move(options)), call_(std::in_place, std::forward<Values>(values)...) {}

 private:
  ~thread_call() override = default;

  std::exception_ptr call() noexcept override {
    auto error = compute(
        [this] { std::apply([](F& f, Args&... args) { std::invoke(std::move(f), std::move(args)...); }, *call_); });
    call_.reset();
    return error;
  }

  std::optional<std::tuple<F, Args...>> call_;
};

}  // namespace detail

/// A thread of its own for a function.
///
/// Ownership:    f and its arguments are copied. Move-only.
/// Lifetime:     the destructor joins, unless it is a daemon: then it goes on. run() waits at its end for the threads that
///               its tasks have started, daemons excepted.
/// Threads:      any, by one at a time. Signals stay with the threads of the program.
/// Cancellation: none: a thread ends when its function does.
/// Errors:       std::system_error when there is no thread to be had. What the function throws is kept for exception(); if
///               no one has joined, it is reported. would_deadlock for a thread that joins itself.
/// Cost:         that of a thread, and one allocation.
class thread {
 public:
  /// None: only assignment, destruction and the conversion to bool are allowed.
  thread() noexcept = default;
  /// Starts it.
  template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  explicit thread(F&& f, Args&&... args) : thread(thread_options(), std::forward<F>(f), std::forward<Args>(args)...) {}
  template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  explicit thread(thread_options options, F&& f, Args&&... args)
      : state_(new detail::thread_call<std::decay_t<F>, std::decay_t<Args>...>(std::move(options), std::forward<F>(f),
                                                                               std::forward<Args>(args)...)) {
    state_->start();
  }
  thread(thread&& other) noexcept = default;
  thread& operator=(thread&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;
  ~thread();

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// Block until it has ended, join_for() at most `limit`: gives whether it has. Never rethrow.
  void join() const { join_until({}); }
  bool join_for(duration limit) const { return join_until(detail::deadline_in(limit)); }
  /// For tasks, of any loop: `co_await t.joined()`.
  [[nodiscard]] auto joined() const noexcept {
    return detail::future_join_awaiter(detail::state_ptr<detail::future_state>(state_));
  }

  [[nodiscard]] const std::string& name() const noexcept { return state_->options().name; }
  [[nodiscard]] bool daemon() const noexcept { return state_->options().daemon; }
  [[nodiscard]] bool alive() const noexcept { return !state_->ended(); }
  /// What its function threw; null before the end, and when it ended well. Looking counts as having seen to a failure.
  [[nodiscard]] std::exception_ptr exception() const noexcept { return state_->look_at_error(); }

 private:
  bool join_until(std::optional<time_point> deadline) const;

  detail::state_ptr<detail::thread_state> state_;
};

}  // namespace weft

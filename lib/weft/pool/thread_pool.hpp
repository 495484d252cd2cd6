#pragma once

#include <weft/base/scope_exit.hpp>
#include <weft/core/task.hpp>
#include <weft/pool/future.hpp>
#include <weft/pool/pool_alarm.hpp>
#include <weft/pool/pool_executor.hpp>
#include <weft/pool/pool_jobs.hpp>
#include <weft/pool/pool_map.hpp>
#include <weft/pool/submit_options.hpp>
#include <weft/pool/thread_pool_options.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace weft {

/// Threads that do what they are given, by the rules of Java's ThreadPoolExecutor: a new thread for each piece of work up
/// to `core`, then the queue, then new threads up to `max`, then `reject`.
///
/// Ownership:    the pool has the threads; work has copies of its function and arguments, which are gone when its future
///               is ready.
/// Lifetime:     the destructor does what waits and joins the threads. Work may destroy its own pool.
/// Threads:      any. What blocks holds up a loop whose thread it is called on; tasks use submit_async() and co_await.
/// Cancellation: future::cancel() of what waits, which gives its place in the queue to others at once.
/// Errors:       rejected, see reject. A failure of work whose future no one looks at is reported, once.
///               would_deadlock from work that waits for itself, or for the end of its own pool. std::system_error when
///               there is no thread to be had at all.
/// Cost:         one allocation for each piece of work. A thread is woken only when none is awake and looking. Deadlines
///               are watched by one thread of the process, from the first one on.
class thread_pool {
 public:
  /// Starts no thread. Throws std::invalid_argument for max 0, or less than core.
  explicit thread_pool(thread_pool_options options = {})
      : core_(std::make_shared<detail::pool_core>(std::move(options))) {}
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool();

  /// Has `f(args...)` called on one of the threads.
  template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  future<detail::call_result_t<F, Args...>> submit(F&& f, Args&&... args) {
    return submit(submit_options(), std::forward<F>(f), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  future<detail::call_result_t<F, Args...>> submit(submit_options options, F&& f, Args&&... args) {
    auto [work, result] = make_work(*core_, options, std::forward<F>(f), std::forward<Args>(args)...);
    core_->submit(*work);
    return std::move(result);
  }

  /// The same without a future, which is cheaper. What it throws, and that it was not begun by its deadline, is reported
  /// as a failure that no one looked at.
  template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  void post(F&& f, Args&&... args) {
    core_->submit(*make_posted(std::forward<F>(f), std::forward<Args>(args)...));
  }
  template <class F, class... Args>
  void post(const submit_options& options, F&& f, Args&&... args) {
    if (options.deadline) detail::prepare_pool_alarm();
    auto* work = make_posted(std::forward<F>(f), std::forward<Args>(args)...);
    apply(options, *work);
    core_->submit(*work);
  }

  /// Never blocks and never drops anything: none where submit() would do what `reject` says.
  template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  std::optional<future<detail::call_result_t<F, Args...>>> try_submit(F&& f, Args&&... args) {
    auto [work, result] = make_work(*core_, submit_options(), std::forward<F>(f), std::forward<Args>(args)...);
    scope_exit refused([this, job = work] { job->drop(detail::drop_reason::rejected, *core_->identity()); });
    if (core_->offer(*work) != detail::pool_core::verdict::accepted) return std::nullopt;
    refused.release();
    return std::move(result);
  }

  /// For tasks, of any loop: waits for room, whatever `reject` says, and gives the future. Killed while it waits, it has
  /// given the pool nothing. Throws rejected when the pool has been shut down.
  template <class F, class... Args>
    requires std::invocable<F, Args...>
  task<future<detail::call_result_t<F, Args...>>> submit_async(F f, Args... args) {
    return offer_until_taken(core_, std::move(f), std::move(args)...);
  }

  /// The results of `f(element)`, in order: a range to be iterated once. Never rejects; the elements of a container are
  /// moved out of a copy of it, those of a view are copied.
  template <std::ranges::input_range Range, class F>
  pool_map<Range, F> map(Range range, F f, pool_map_options options = {}) {
    return pool_map<Range, F>(core_, std::move(range), std::move(f), options);
  }
  /// Calls `f(element)` for each element and waits until all have ended; then rethrows the first failure in their order.
  template <std::ranges::input_range Range, class F>
  void for_each(Range range, F f, pool_map_options options = {});

  /// Takes no more work, waits until the threads have ended, at most `limit`, and says what is left.
  shutdown_report shutdown(weft::shutdown how = weft::shutdown::drain, std::optional<duration> limit = {}) {
    return core_->shut_down(how, limit);
  }
  /// Waits until nothing waits or runs; gives whether that was so within `limit`.
  bool wait_idle(std::optional<duration> limit = {}) { return core_->wait_idle(limit); }

  /// Between the two no work is begun; shutdown() resumes.
  void pause() { core_->pause(); }
  void resume() { core_->resume(); }
  /// Threads beyond `max` end when they have done what they are at, those beyond `core` after keep_alive.
  void resize(std::size_t core, std::size_t max) { core_->resize(core, max); }
  /// Starts the core threads that have not been needed so far; gives how many.
  std::size_t prestart() { return core_->prestart(); }

  [[nodiscard]] thread_pool_stats stats() const { return core_->stats(); }
  [[nodiscard]] const std::string& name() const noexcept { return core_->identity()->name; }
  [[nodiscard]] pool_executor executor() const noexcept { return pool_executor(core_); }

 private:
  template <class F, class... Args>
  using work_of = detail::submitted_work<detail::call_result_t<F, Args...>, std::decay_t<F>, std::decay_t<Args>...>;
  template <class Work, class R>
  struct new_work {
    Work* work;
    future<R> result;
  };

  template <class F, class... Args>
  static auto make_work(detail::pool_core& core, const submit_options& options, F&& f, Args&&... args) {
    using result = detail::call_result_t<F, Args...>;
    static_assert(!detail::is_task<result>, "a pool runs plain functions: tasks are for loops, see spawn_on()");
    if (options.deadline) detail::prepare_pool_alarm();
    auto* work = new work_of<F, Args...>(core, std::forward<F>(f), std::forward<Args>(args)...);
    future<result> given{detail::state_ptr<detail::future_result<result>>(work)};
    apply(options, *work);
    if (!options.name.empty()) work->set_name(options.name);
    return new_work<work_of<F, Args...>, result>{work, std::move(given)};
  }
  template <class F, class... Args>
  static auto* make_posted(F&& f, Args&&... args) {
    return new detail::posted_work<std::decay_t<F>, std::decay_t<Args>...>(std::forward<F>(f),
                                                                           std::forward<Args>(args)...);
  }
  static void apply(const submit_options& options, detail::pool_job& job) noexcept {
    job.priority = options.priority;
    if (options.deadline) job.deadline = detail::deadline_in(*options.deadline);
  }

  template <class F, class... Args>
  static task<future<detail::call_result_t<F, Args...>>> offer_until_taken(std::shared_ptr<detail::pool_core> core, F f,
                                                                           Args... args) {
    auto given = make_work(*core, submit_options(), std::move(f), std::move(args)...);
    scope_exit refused([&] { given.work->drop(detail::drop_reason::rejected, *core->identity()); });
    const auto has_room = [&core] { return core->has_room(); };
    for (;;) {
      const auto verdict = core->offer(*given.work);
      if (verdict == detail::pool_core::verdict::accepted) break;
      if (verdict == detail::pool_core::verdict::ended) core->refuse("it has been shut down");
      co_await core->places().told("room in a thread_pool", has_room);
    }
    refused.release();
    co_return std::move(given.result);
  }

  std::shared_ptr<detail::pool_core> core_;
};

template <std::ranges::input_range Range, class F>
void thread_pool::for_each(Range range, F f, pool_map_options options) {
  auto results = map(std::move(range), std::move(f), options);
  std::exception_ptr first;
  for (auto it = results.begin(); it != results.end(); ++it) {
    try {
      static_cast<void>(*it);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace weft

#pragma once

#include <weft/pool/futex.hpp>
#include <weft/pool/future.hpp>
#include <weft/pool/memory_file.hpp>
#include <weft/pool/process_errors.hpp>
#include <weft/pool/process_pool_core.hpp>
#include <weft/pool/process_results.hpp>
#include <weft/pool/progress.hpp>
#include <weft/pool/submit_options.hpp>
#include <weft/pool/task_descriptor.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Processes of this program that run its functions: a crash costs the one task that crashed.
///
/// Ownership:    the pool has the processes; a task has copies of its arguments. The destructor does what close() and join() do.
/// Lifetime:     no worker outlives the process that has the pool, however that ends.
/// Threads:      any. What blocks holds up a loop whose thread it is called on; tasks co_await the future. Callbacks run on a
///               thread that reads the pool's results, and do not wait for more of them: would_deadlock.
/// Cancellation: future::cancel(): what waits is dropped; what runs is asked to stop (this_process::stop_requested()), and its
///               worker is ended when it does not: SIGTERM after process_pool_options::grace, then SIGKILL. What other tasks that
///               worker had go to another.
/// Errors:       from the future: what the task threw (see remote_error); worker_lost, for the one task that was running when its
///               worker ended; codec_error; timed_out for a deadline; pool_broken when no worker can be had. From submit():
///               pool_closed, pool_broken.
/// Cost:         a task is one allocation and its bytes; what is larger than 64 KiB goes through a file in memory. A worker that
///               has something to do is given more without a system call, and so is a pool that is not asleep.
class process_pool {
 public:
  /// Returns before the workers have started. Throws std::invalid_argument for none, boost::system::system_error.
  explicit process_pool(process_pool_options options = {});
  process_pool(const process_pool&) = delete;
  process_pool& operator=(const process_pool&) = delete;
  ~process_pool();

  /// Has `F(args...)` run in a worker. F: a function, or a lambda without captures.
  template <auto F, class... Args>
  future<detail::task_result<F>> submit(const Args&... args) {
    return submit_with<F>(submit_options(), {}, args...);
  }
  template <auto F, class... Args>
  future<detail::task_result<F>> submit(submit_options options, const Args&... args) {
    return submit_with<F>(std::move(options), {}, args...);
  }
  /// The same, with somebody who is told what the task reports (this_process::report), on a thread of the pool, or on one that
  /// waits for a result.
  template <auto F, detail::progress_callback Hook, class... Args>
  future<detail::task_result<F>> submit(submit_options options, Hook on_progress, const Args&... args) {
    return submit_with<F>(std::move(options), std::move(on_progress), args...);
  }

  /// submit() and get().
  template <auto F, class... Args>
  detail::task_result<F> apply(const Args&... args) {
    return submit<F>(args...).get();
  }

  /// The results of `F(element)`, in order. Waits for all of them, then throws the first failure in their order.
  template <auto F, std::ranges::input_range Range>
  auto map(Range&& range) {
    std::vector<future<detail::task_result<F>>> all;
    for (const auto& element : range) all.push_back(submit<F>(element));
    return detail::collect(all);
  }
  /// The same of `F(elements of a tuple...)`.
  template <auto F, std::ranges::input_range Range>
  auto starmap(Range&& range) {
    std::vector<future<detail::task_result<F>>> all;
    for (const auto& element : range)
      all.push_back(std::apply([&](const auto&... each) { return submit<F>(each...); }, element));
    return detail::collect(all);
  }
  /// Calls `F(element)` for each element and waits for all of them; then throws the first failure in their order.
  template <auto F, std::ranges::input_range Range>
  void for_each(Range&& range) {
    static_cast<void>(map<F>(std::forward<Range>(range)));
  }
  /// The results as they come: a range to be iterated once, that blocks.
  template <auto F, std::ranges::input_range Range>
  unordered_results<detail::task_result<F>> map_unordered(Range&& range) {
    unordered_results<detail::task_result<F>> results;
    for (const auto& element : range) results.add(submit<F>(element));
    return results;
  }

  /// Takes no more tasks; the workers end when they have done what there is. Idempotent.
  void close() { core_->close(); }
  /// Ends the workers at once: tasks that have not ended are cancelled. Idempotent.
  void terminate() { core_->terminate(); }
  /// Waits until the workers have ended; join_for(): at most `limit`, gives whether they have. Throw std::logic_error unless the
  /// pool was closed or terminated.
  void join() { core_->join({}); }
  [[nodiscard]] bool join_for(duration limit) { return core_->join(detail::deadline_in(limit)); }

  [[nodiscard]] const std::string& name() const noexcept { return core_->options().name; }
  [[nodiscard]] process_pool_stats stats() const { return core_->stats(); }
  /// The workers, just now.
  [[nodiscard]] std::vector<pid_t> pids() const { return core_->pids(); }

 private:
  template <auto F, class... Args>
  future<detail::task_result<F>> submit_with(submit_options options, progress_hook on_progress, const Args&... args) {
    using result = detail::task_result<F>;
    static_assert(!detail::is_task<result>, "a worker runs plain functions: call weft::run() in one for tasks");
    auto* task = new detail::process_result<result>(core_);
    future<result> given{detail::state_ptr<detail::future_result<result>>(task)};
    task->on_progress = std::move(on_progress);
    encoder taken;
    const detail::task_address& at = detail::address_of<F>();
    prepare(*task, std::move(options), detail::function_name<F>(), at, taken);
    [[maybe_unused]] const auto kept = detail::encode_arguments<F>(taken, args...);
    hand_over(*task, taken);
    return given;
  }
  static void prepare(detail::process_task& task, submit_options options, std::string_view function,
                      const detail::task_address& at, encoder& to);
  void hand_over(detail::process_task& task, encoder& taken);

  std::shared_ptr<detail::process_pool_core> core_;
};

}  // namespace weft

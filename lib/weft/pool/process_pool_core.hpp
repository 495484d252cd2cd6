#pragma once

#include <weft/core/fifo.hpp>
#include <weft/pool/process_pool_options.hpp>
#include <weft/pool/process_task.hpp>
#include <weft/pool/worker_process.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft::detail {

/// Tasks that are to be ended in one of the ways below, once the mutex is released.
class task_endings {
 public:
  task_endings() = default;
  task_endings(const task_endings&) = delete;
  task_endings& operator=(const task_endings&) = delete;
  ~task_endings();

  void fail(process_task& task, std::exception_ptr error) { all_.push_back({&task, std::move(error)}); }
  /// With the task's own reason.
  void cancel(process_task& task) { all_.push_back({&task, nullptr}); }

 private:
  struct ending {
    process_task* task;
    std::exception_ptr error;
  };
  std::vector<ending> all_;
};

/// While it lives, the running thread is inside of a pool.
class inside_pool {
 public:
  explicit inside_pool(const process_pool_core& pool) noexcept;
  inside_pool(const inside_pool&) = delete;
  inside_pool& operator=(const inside_pool&) = delete;
  ~inside_pool();

 private:
  const process_pool_core* before_;
};

/// What a process_pool is; futures hold it, too.
///
/// Tasks go from the thread that submits them straight into a worker's memory, and results are read by the thread that waits for
/// one, if there is such a thread, else by the service. So a round trip takes two changes of thread and not four.
/// Threads: any. The service is a thread that starts workers, sees them end, keeps time, and reads the results no one waits for.
class process_pool_core : public std::enable_shared_from_this<process_pool_core> {
 public:
  explicit process_pool_core(process_pool_options options);
  process_pool_core(const process_pool_core&) = delete;
  process_pool_core& operator=(const process_pool_core&) = delete;
  ~process_pool_core() = default;

  /// Whether the running thread reads messages of this pool, or is its service: what it waits for may be for it to do.
  [[nodiscard]] bool is_inside() const noexcept;
  /// The pool is destroyed from inside: the service goes on by itself until the workers have ended.
  void leave();

  /// Starts the service and, through it, the workers.
  void start();
  [[nodiscard]] const process_pool_options& options() const noexcept { return options_; }

  /// Takes the task over. Throws pool_closed or pool_broken.
  void submit(process_task& task);
  bool cancel(process_task& task, std::string reason);
  /// Reads the messages of the worker that has the task, until it has ended; returns at once when another thread does. Throws
  /// would_deadlock from inside, unless there is a limit.
  void help(process_task& task, std::optional<time_point> deadline);

  /// Whether what is submitted is likely to be sent at once.
  [[nodiscard]] bool is_without_queue() const;

  void close();
  void terminate();
  /// Throws std::logic_error unless it was closed or terminated, and would_deadlock from inside, unless there is a limit.
  bool join(std::optional<time_point> deadline);
  [[nodiscard]] process_pool_stats stats() const;
  [[nodiscard]] std::vector<pid_t> pids() const;

 private:
  using lock = std::unique_lock<std::mutex>;
  using channels = std::vector<std::shared_ptr<worker_channel>>;
  struct arrival {
    frame head;
    std::span<const std::byte> bytes;
    process_task* task;
    bool ends;
  };

  // The service: process_pool_service.cpp.
  void serve();
  void wait_for_something();
  [[nodiscard]] std::optional<time_point> next_due();
  void read_all();
  void start_workers();
  void start_worker(worker_process& worker);
  void worker_failed(const std::string& why);
  void bury_the_dead();
  void bury(worker_process& worker);
  void lose(process_task& task, const process_status& how, pid_t pid, task_endings& endings);
  void look_at_due();
  void look_at(process_task& task, time_point now, task_endings& endings);
  void look_at_stopped();
  /// Tasks that were taken back go to whoever has room.
  void feed_workers();
  void stop_idle_workers();
  [[nodiscard]] bool is_finished() const;

  // Messages: process_pool_messages.cpp. Precondition: the caller has claimed the worker.
  /// Gives whether there were any.
  bool read(worker_process& worker);
  void sort_in(worker_process& worker, std::vector<arrival>& arrivals);
  void act_on(worker_process& worker, const arrival& message);
  void finish_task(worker_process& worker, const arrival& message);
  void give_output(worker_process& worker, const process_task& task);
  void let_go(worker_process& worker);

  // Under the mutex.
  void require_open() const;
  [[nodiscard]] worker_process* best_worker() noexcept;
  [[nodiscard]] process_task* next_queued() noexcept;
  void refill(worker_process& worker, channels& to_wake);
  void steal_for(worker_process& worker);
  void put_back(process_task& task) noexcept;
  /// Takes a task out of wherever it is: its end is near.
  void take_out(process_task& task) noexcept;
  void watch(process_task& task, std::optional<time_point> at);
  void reserve(worker_process& worker) noexcept;
  void retire_if_due(worker_process& worker);
  void nudge(worker_process& worker) noexcept;
  void end_all(task_endings& endings, const std::exception_ptr& error);
  void break_down(const std::string& why, task_endings& endings);
  void ring() const noexcept;

  const process_pool_options options_;
  unique_fd bell_;
  unique_fd events_;  // epoll: the bell and the processes
  std::thread service_;

  mutable std::mutex mutex_;
  std::condition_variable finished_signal_;
  fifo<process_task> requeued_;  // go first
  fifo<process_task> queued_;
  std::size_t queued_count_ = 0;
  std::size_t given_count_ = 0;
  std::deque<worker_process> workers_;
  std::set<std::pair<time_point, process_task*>> due_;
  std::uint64_t last_id_ = 0;
  bool closed_ = false;
  bool terminated_ = false;
  bool finished_ = false;
  std::exception_ptr broken_;
  std::size_t failures_ = 0;       // workers in a row that ended without a task's end
  std::size_t failed_starts_ = 0;  // workers in a row that ended before they were ready, while none did a task
  process_pool_stats counts_;
};

}  // namespace weft::detail

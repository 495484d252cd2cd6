#pragma once

#include <weft/core/time.hpp>
#include <weft/pool/child.hpp>
#include <weft/pool/process_pool_options.hpp>
#include <weft/pool/process_task.hpp>
#include <weft/pool/worker_channel.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

/// A worker as its pool sees it: a process, what it was given, and its replacement when it has ended.
///
/// Threads:    under the pool's mutex, but for start(), output() and what reads its messages, which are for who has claimed it.
/// Invariant:  order_ has the slots of the tasks it was given and that have not ended, oldest first; the worker takes them in that
///             order.
class worker_process {
 public:
  enum class phase : std::uint8_t {
    none,      // no process
    working,   // takes tasks
    retiring,  // is to end when it has none any more
    stopping,  // was told to end
  };

  /// Starts a process. Errors: boost::system::system_error.
  void start(const process_pool_options& options, const unique_fd& bell);
  /// Precondition: this has no process, and the other no tasks.
  void take_process(worker_process& started) noexcept;
  /// The process has ended, and its tasks are gone.
  void clear() noexcept;

  [[nodiscard]] bool exists() const noexcept { return static_cast<bool>(process_); }
  [[nodiscard]] child& process() const noexcept { return *process_; }
  [[nodiscard]] worker_channel& channel() const noexcept { return *channel_; }
  /// For who wakes the worker when the mutex is released.
  [[nodiscard]] std::shared_ptr<worker_channel> shared_channel() const noexcept { return channel_; }
  [[nodiscard]] const unique_fd& socket() const noexcept { return socket_; }

  /// Tasks that it was given and that have not ended.
  [[nodiscard]] std::size_t load() const noexcept { return order_.size(); }
  [[nodiscard]] bool can_take() const noexcept { return phase_ == phase::working && !reserved; }
  /// How many tasks it should have at a time: more when they are short, so that it need not wait for the next one.
  [[nodiscard]] std::size_t depth() const noexcept;
  /// Gives false when there is no room. Afterwards it is to be woken.
  [[nodiscard]] bool give(process_task& task);
  /// Takes a task back; gives false when the worker has begun it.
  [[nodiscard]] bool revoke(process_task& task) noexcept;
  /// The youngest that can be taken back, taken back; null when there is none.
  [[nodiscard]] process_task* revoke_last() noexcept;
  /// The task that a message is about; null when there is none.
  [[nodiscard]] process_task* find(const frame& message) const noexcept;
  /// A task has ended.
  void remove(process_task& task) noexcept;
  /// Any of those it has, oldest first; null when there is none.
  [[nodiscard]] process_task* first() const noexcept { return order_.empty() ? nullptr : tasks_[order_.front()]; }
  /// Whether it has begun a task that it has not answered.
  [[nodiscard]] bool is_running(const process_task& task) const noexcept;
  void learn(std::uint64_t nanoseconds) noexcept;
  /// Asks it to end when it has done what it was given.
  void send_stop() noexcept;
  void ask_to_stop(const process_task& task) noexcept { channel_->control().stops[task.slot].store(task.id); }

  /// What it has printed since the last time.
  [[nodiscard]] std::string take_output();
  [[nodiscard]] std::string take_errors();
  /// Bytes of memory it has just now.
  [[nodiscard]] std::size_t memory() const;

  phase phase_ = phase::none;
  bool ready = false;                    // has done its init
  bool claimed = false;                  // a thread reads its messages
  std::atomic<bool> gone = false;        // the process has ended; who has claimed it lets go
  bool reserved = false;                 // a task of it is to be ended by force: it gets no others
  std::size_t given = 0;                 // since its start
  std::optional<time_point> stopped;     // since when it has been seen under SIGSTOP
  std::optional<time_point> restart_at;  // of phase none
  std::optional<time_point> kill_at;     // of phase stopping

 private:
  std::unique_ptr<child> process_;
  std::shared_ptr<worker_channel> channel_;
  unique_fd socket_;
  unique_fd output_;
  unique_fd errors_;
  std::size_t output_done_ = 0;
  std::size_t errors_done_ = 0;
  std::array<process_task*, slot_count> tasks_{};
  std::vector<std::uint16_t> order_;
  double average_ = -1;  // nanoseconds a task; negative: not known
  bool one_by_one_ = false;
};

}  // namespace weft::detail

#pragma once

#include <weft/pool/adaptive_mutex.hpp>
#include <weft/pool/job_inbox.hpp>
#include <weft/pool/job_queue.hpp>
#include <weft/pool/pool_worker.hpp>
#include <weft/pool/thread_pool_options.hpp>
#include <weft/pool/waiting_room.hpp>

#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weft::detail {

struct pool_identity {
  std::string name;
  unhandled_hook on_unhandled;

  /// Says that a failure was not looked at.
  void report(const std::string& what, const std::exception_ptr& error) const noexcept;
};

/// The threads of a pool and what waits for them, by the rules of Java's ThreadPoolExecutor.
///
/// Ownership:  shared by the pool and its threads.
/// Threads:    any.
/// Invariants: while something waits, no thread is missing that should do it, and one that is idle has been called: the
///             one that comes calls the next. Threads are called last idle first. The inbox is open only while all core
///             threads are there and what comes has but to be queued; it is emptied whenever the queue is looked at, and
///             looked at before a worker goes to work and leaves idle ones behind. What has a deadline never goes there.
class pool_core : public std::enable_shared_from_this<pool_core> {
 public:
  explicit pool_core(thread_pool_options options);
  pool_core(const pool_core&) = delete;
  pool_core& operator=(const pool_core&) = delete;
  ~pool_core();

  enum class verdict : std::uint8_t { accepted, full, ended };

  /// Takes `job`, unless it is refused: then it is still the caller's.
  [[nodiscard]] verdict offer(pool_job& job);
  /// Takes `job`, with room or without; drops it when the pool has ended.
  void force(pool_job& job);
  /// Where work may be done that there is no room for: where the options say, or on the pool's threads alone.
  enum class overflow : std::uint8_t { as_told, threads_only };
  /// Takes `job` and does with it what the options say. Throws rejected.
  void submit(pool_job& job, overflow where = overflow::as_told);
  [[noreturn]] void refuse(const char* why) const;
  /// Whether it is worth to offer something again.
  [[nodiscard]] bool has_room();
  [[nodiscard]] waiting_room& places() noexcept { return room_; }

  /// A thread is about to wait for `job`, which is not the caller's: see future_state::help(). Only where is_worker().
  void help(pool_job& job, future_state& state);
  void helped() noexcept;
  /// `job` is not to be begun. Gives true when it was waiting and is the caller's; else a worker has taken it, and asks
  /// it. Precondition: the pool has the job, and cannot let go of it meanwhile.
  [[nodiscard]] bool withdraw(pool_job& job) noexcept;
  /// Drops what waits and should have been begun by now.
  void drop_expired();
  /// For Asio's services, which live as long as the threads.
  [[nodiscard]] boost::asio::execution_context& context();
  /// Whether the running thread is one of this pool.
  [[nodiscard]] bool is_worker() const noexcept {
    return this_pool_worker != nullptr && this_pool_worker->core == this;
  }

  shutdown_report shut_down(shutdown how, std::optional<duration> limit);
  /// For the end of the pool: drains it; on one of its own threads without waiting.
  void close() noexcept;
  bool wait_idle(std::optional<duration> limit);
  void pause();
  void resume();
  void resize(std::size_t core, std::size_t max);
  std::size_t prestart();
  [[nodiscard]] thread_pool_stats stats();
  [[nodiscard]] const std::shared_ptr<const pool_identity>& identity() const noexcept { return identity_; }

 private:
  using lock_type = std::unique_lock<adaptive_mutex>;
  /// What is to be done once the mutex is free: declared before the lock.
  struct afterwards {
    explicit afterwards(pool_core& of) noexcept : core(of) {}
    afterwards(const afterwards&) = delete;
    afterwards& operator=(const afterwards&) = delete;
    ~afterwards();

    pool_core& core;
    pool_worker* call = nullptr;
    std::vector<pool_worker*> calls;
    std::list<pool_worker> left;
    std::optional<time_point> alarm;
    bool has_room = false;
  };

  [[nodiscard]] verdict admit(pool_job& job, afterwards& later);
  [[nodiscard]] bool is_full() const noexcept { return options_.queue && queue_.size() >= *options_.queue; }
  void enqueue(pool_job& job, afterwards& later);
  /// Gives false when there is no thread to be had, and others will have to do; throws std::system_error when there is
  /// none at all.
  bool start_worker(pool_job* first, afterwards& later);
  /// Puts what is in the inbox into the queue.
  void take_in() {
    inbox_.take([this](pool_job& job) { queue_.push(job); });
  }
  void close_inbox() {
    inbox_.close([this](pool_job& job) { queue_.push(job); });
  }
  void open_inbox_if_simple() noexcept;
  void call_for_inbox();
  /// Tells those who use the inbox whether someone has to be called.
  void note_idle() noexcept;
  /// Takes an idle worker out, to be called.
  pool_worker* take_idle() noexcept;
  void call_if_needed(afterwards& later) noexcept;
  void call_all(afterwards& later) noexcept;
  /// Makes sure that drop_expired() is called in time.
  void arm(afterwards& later) noexcept;
  /// Gives false when there is nothing to drop.
  bool drop_oldest();
  void run_here(pool_job& job);
  void end(shutdown how, shutdown_report& report);

  void work(pool_worker& self);
  [[nodiscard]] pool_job* next_job(pool_worker& self, lock_type& held);
  [[nodiscard]] bool wait_for_call(pool_worker& self, lock_type& held);
  void do_job(pool_job& job, lock_type& held);
  void leave(pool_worker& self);
  void call_hook(const std::function<void()>& hook) noexcept;

  [[nodiscard]] bool is_idle() const noexcept { return running_ + dropping_ == 0 && queue_.empty(); }
  void tell_watchers() noexcept;
  template <class Predicate>
  bool watch(std::optional<duration> limit, Predicate reached);

  thread_pool_options options_;
  const std::shared_ptr<const pool_identity> identity_;
  waiting_room room_;
  std::once_flag context_made_;
  std::optional<boost::asio::execution_context> context_;
  /// Counts what watch() may wait for.
  std::atomic<std::uint32_t> changes_ = 0;

  job_inbox inbox_;
  std::atomic<bool> wants_call_ = false;  // a worker is idle, and none has been called

  adaptive_mutex mutex_;  // all that follows is under it
  job_queue queue_;
  std::vector<pool_worker*> idle_;
  std::list<pool_worker> workers_;
  std::list<pool_worker> left_;  // have ended, and are to be joined
  std::size_t core_;
  std::size_t max_;
  std::size_t threads_ = 0;   // those that have not decided to end
  std::size_t called_ = 0;    // workers out of idle_ that have not come yet
  std::size_t running_ = 0;   // jobs, those handed to a worker that has not begun included
  std::size_t dropping_ = 0;  // jobs that have expired and are being told so
  std::size_t watchers_ = 0;
  std::size_t named_ = 0;
  time_point armed_ = time_point::max();  // when drop_expired() is called next
  bool paused_ = false;
  bool ended_ = false;
  thread_pool_stats counts_;
};

/// What the future of work says that was not done.
[[nodiscard]] std::exception_ptr dropped(drop_reason why, const pool_identity& pool);

}  // namespace weft::detail

#include <weft/core/offload.hpp>

#include <weft/base/scope_exit.hpp>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <pthread.h>

namespace weft {

namespace detail {

/// The queue of an offload and its threads, which hold it alive.
///
/// Invariants (under mutex_): idle_ threads wait on ready_; threads_ have been started and have not ended.
class offload_queue : public std::enable_shared_from_this<offload_queue> {
 public:
  explicit offload_queue(offload_options options) : options_(std::move(options)) {}

  void submit(offload_job& job) {
    bool sleeping = false;
    {
      const std::lock_guard guard(mutex_);
      sleeping = idle_ > waiting_;
      if (!sleeping && threads_ < options_.threads) start_thread();
      job.next_ = nullptr;
      (last_ != nullptr ? last_->next_ : first_) = &job;
      last_ = &job;
      ++waiting_;
    }
    if (sleeping) ready_.notify_one();
  }

  void close() noexcept {
    {
      const std::lock_guard guard(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

 private:
  /// Signals stay with the threads of the program: these block all of them.
  void start_thread() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const scope_exit restore([&] { pthread_sigmask(SIG_SETMASK, &before, nullptr); });
    try {
      std::thread([self = shared_from_this()] { self->work(); }).detach();
      ++threads_;
    } catch (const std::system_error&) {
      if (threads_ == 0) throw;
    }
  }

  void work() {
    pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
    std::unique_lock guard(mutex_);
    for (;;) {
      if (first_ == nullptr) {
        if (closed_) break;
        ++idle_;
        ready_.wait(guard);
        --idle_;
        continue;
      }
      offload_job& job = *first_;
      first_ = job.next_;
      if (first_ == nullptr) last_ = nullptr;
      --waiting_;
      guard.unlock();
      job.execute();
      guard.lock();
    }
    --threads_;
  }

  const offload_options options_;
  std::mutex mutex_;
  std::condition_variable ready_;
  offload_job* first_ = nullptr;
  offload_job* last_ = nullptr;
  std::size_t waiting_ = 0;
  std::size_t idle_ = 0;
  std::size_t threads_ = 0;
  bool closed_ = false;
};

}  // namespace detail

offload::offload(offload_options options) {
  if (options.threads == 0) throw std::invalid_argument("an offload needs at least one thread");
  queue_ = std::make_shared<detail::offload_queue>(std::move(options));
}

offload::~offload() { queue_->close(); }

void offload::submit(detail::offload_job& job) { queue_->submit(job); }

}  // namespace weft

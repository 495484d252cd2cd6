#pragma once

#include <weft/pool/pool_job.hpp>

#include <cstddef>
#include <functional>
#include <map>

namespace weft {

/// In which order a pool begins what waits.
enum class queue_order : std::uint8_t {
  fifo,
  priority,  ///< the highest submit_options::priority first, equals first come, first served
};

namespace detail {

/// What waits in a pool. Ownership: none. Threads: under the pool's mutex.
class job_queue {
 public:
  explicit job_queue(queue_order order) noexcept : by_priority_(order == queue_order::priority) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  void push(pool_job& job) {
    (by_priority_ ? levels_[job.priority] : jobs_).push_back(job);
    job.queued = true;
    ++size_;
  }
  /// The next one; null: there is none.
  [[nodiscard]] pool_job* pop() noexcept {
    if (size_ == 0) return nullptr;
    pool_job* job = by_priority_ ? levels_.begin()->second.front() : jobs_.front();
    erase(*job);
    return job;
  }
  void erase(pool_job& job) noexcept;
  /// Takes out those for which `unwanted(job)` holds, and gives each to `taken`.
  template <class Unwanted, class Taken>
  void take_out(Unwanted unwanted, Taken taken) {
    if (by_priority_) {
      for (auto level = levels_.begin(); level != levels_.end();) sift((level++)->second, unwanted, taken);
    } else {
      sift(jobs_, unwanted, taken);
    }
  }

 private:
  template <class Unwanted, class Taken>
  void sift(fifo<pool_job>& from, Unwanted& unwanted, Taken& taken) {
    for (pool_job* job = from.front(); job != nullptr;) {
      pool_job* next = from.after(*job);
      if (unwanted(*job)) {
        erase(*job);
        taken(*job);
      }
      job = next;
    }
  }

  const bool by_priority_;
  fifo<pool_job> jobs_;
  std::map<int, fifo<pool_job>, std::greater<>> levels_;  // none of them empty
  std::size_t size_ = 0;
};

}  // namespace detail

}  // namespace weft

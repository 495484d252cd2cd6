#pragma once

#include <weft/pool/pool_job.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>

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
    fifo<pool_job>& to = by_priority_ ? levels_[job.priority] : jobs_;
    if (job.deadline != time_point::max()) due_.insert({job.deadline, &job});
    to.push_back(job);
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
  void erase(pool_job& job) noexcept {
    --size_;
    job.queued = false;
    if (by_priority_ || job.deadline != time_point::max()) return erase_ranked(job);
    jobs_.erase(job);
  }
  /// When the first of them has to have been begun; the end of time: whenever.
  [[nodiscard]] time_point first_deadline() const noexcept {
    return due_.empty() ? time_point::max() : due_.begin()->first;
  }
  /// One whose deadline is over; null: there is none.
  [[nodiscard]] pool_job* pop_expired(time_point now) noexcept {
    if (first_deadline() > now || due_.empty()) return nullptr;
    pool_job* job = due_.begin()->second;
    erase(*job);
    return job;
  }

 private:
  void erase_ranked(pool_job& job) noexcept;

  const bool by_priority_;
  fifo<pool_job> jobs_;
  std::map<int, fifo<pool_job>, std::greater<>> levels_;  // none of them empty
  std::set<std::pair<time_point, pool_job*>> due_;        // those that have a deadline
  std::size_t size_ = 0;
};

}  // namespace detail

}  // namespace weft

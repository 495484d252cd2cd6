#pragma once

#include <weft/core/task.hpp>
#include <weft/pool/futex.hpp>
#include <weft/pool/queue_errors.hpp>
#include <weft/pool/waiting_room.hpp>
#include <weft/sync/queue_closed.hpp>
#include <weft/sync/queue_core.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace weft {

/// Items from threads to threads, first in, first out, with the verbs of Python's queue.Queue. Tasks use it as well:
/// async_put() and async_get(). Between tasks alone weft::queue and mt::queue cost less.
///
/// Lifetime:     outlives those who wait.
/// Threads:      any; who waits longest is told first, and another may be faster.
/// Cancellation: a killed task that waits has neither put nor taken anything.
/// Errors:       queue_full, queue_empty; queue_closed from put() of a closed one and from get() once that is drained;
///               std::invalid_argument for no room at all, and for a negative time-out.
/// Cost:         a mutex.
template <class T>
class blocking_queue {
 public:
  explicit blocking_queue(std::size_t max) : max_(max) {
    if (max == 0) throw std::invalid_argument("the queue has no room: its capacity is 0");
  }
  explicit blocking_queue(unbounded_t /*unused*/ = unbounded) {}
  blocking_queue(const blocking_queue&) = delete;
  blocking_queue& operator=(const blocking_queue&) = delete;

  /// Puts an item in. Waits for room, at most `timeout`, unless it may not block; then throws queue_full.
  void put(T item, bool block = true, std::optional<duration> timeout = {}) {
    const time_point deadline = deadline_of(block, timeout);
    while (!offer(item)) {
      if (!block || !putters_.wait("blocking_queue::put()", [this] { return can_put(); }, deadline)) throw queue_full();
    }
  }
  void put_nowait(T item) { put(std::move(item), false); }

  /// Takes the next item. Waits for one, at most `timeout`, unless it may not block; then throws queue_empty.
  [[nodiscard]] T get(bool block = true, std::optional<duration> timeout = {}) {
    const time_point deadline = deadline_of(block, timeout);
    for (;;) {
      if (auto item = take()) return std::move(*item);
      if (!block || !getters_.wait("blocking_queue::get()", [this] { return can_get(); }, deadline))
        throw queue_empty();
    }
  }
  [[nodiscard]] T get_nowait() { return get(false); }

  /// For tasks, of any loop.
  [[nodiscard]] task<> async_put(T item) {
    const auto may_go = [this] { return can_put(); };
    while (!offer(item)) co_await putters_.told("blocking_queue put", may_go);
  }
  [[nodiscard]] task<T> async_get() {
    const auto may_go = [this] { return can_get(); };
    for (;;) {
      auto item = take();
      if (item) co_return std::move(*item);
      co_await getters_.told("blocking_queue get", may_go);
    }
  }

  /// An item that was taken has been dealt with. Throws std::logic_error when there was none.
  void task_done() {
    {
      const std::lock_guard guard(mutex_);
      if (unfinished_ == 0) throw std::logic_error("task_done() was called more often than there were items");
      if (--unfinished_ != 0) return;
    }
    joiners_.tell_all();
  }
  /// Blocks until every item that was put in has been dealt with; join_for() at most `limit`: gives whether they have.
  void join() {
    while (!is_done()) joiners_.wait("blocking_queue::join()", [this] { return is_done(); });
  }
  bool join_for(duration limit) {
    const time_point deadline = detail::deadline_in(limit);
    while (!is_done()) {
      if (!joiners_.wait("blocking_queue::join()", [this] { return is_done(); }, deadline)) return false;
    }
    return true;
  }

  /// put() throws queue_closed from now on, also in those who wait; get() drains what is there first. Idempotent.
  void close() noexcept {
    {
      const std::lock_guard guard(mutex_);
      closed_ = true;
    }
    putters_.tell_all();
    getters_.tell_all();
  }
  [[nodiscard]] bool is_closed() const {
    const std::lock_guard guard(mutex_);
    return closed_;
  }

  /// Just now.
  [[nodiscard]] std::size_t qsize() const {
    const std::lock_guard guard(mutex_);
    return items_.size();
  }
  [[nodiscard]] bool empty() const { return qsize() == 0; }
  [[nodiscard]] bool full() const { return max_ && qsize() >= *max_; }

 private:
  static time_point deadline_of(bool block, std::optional<duration> timeout) {
    if (!block || !timeout) return time_point::max();
    if (*timeout < duration::zero()) throw std::invalid_argument("a time-out must not be negative");
    return detail::deadline_in(*timeout);
  }

  /// Gives false when there is no room.
  bool offer(T& item) {
    {
      const std::lock_guard guard(mutex_);
      if (closed_) throw queue_closed();
      if (max_ && items_.size() >= *max_) return false;
      items_.push_back(std::move(item));
      ++unfinished_;
    }
    getters_.tell_one();
    return true;
  }
  std::optional<T> take() {
    std::optional<T> item;
    {
      const std::lock_guard guard(mutex_);
      if (items_.empty() && closed_) throw queue_closed();
      if (items_.empty()) return item;
      item.emplace(std::move(items_.front()));
      items_.pop_front();
    }
    putters_.tell_one();
    return item;
  }
  bool can_put() {
    const std::lock_guard guard(mutex_);
    return closed_ || !max_ || items_.size() < *max_;
  }
  bool can_get() {
    const std::lock_guard guard(mutex_);
    return closed_ || !items_.empty();
  }
  bool is_done() {
    const std::lock_guard guard(mutex_);
    return unfinished_ == 0;
  }

  const std::optional<std::size_t> max_;
  detail::waiting_room putters_;
  detail::waiting_room getters_;
  detail::waiting_room joiners_;
  mutable std::mutex mutex_;
  std::deque<T> items_;
  std::size_t unfinished_ = 0;
  bool closed_ = false;
};

}  // namespace weft

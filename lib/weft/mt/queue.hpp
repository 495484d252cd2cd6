#pragma once

#include <weft/base/literal.hpp>
#include <weft/mt/shared_waiter.hpp>
#include <weft/sync/queue_closed.hpp>
#include <weft/sync/ring.hpp>

#include <coroutine>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace weft::mt {

/// Items from tasks and threads that make them to tasks and threads that want them, first in, first out.
///
/// Lifetime:     outlives those who wait for it: until they have gone on.
/// Threads:      any; tasks of any loop. The destructor of an item that is left runs where the queue is destroyed.
/// Fairness:     putters and getters are served in the order in which they came; an item goes straight to one that
///               waits.
/// Cancellation: no item is lost or comes twice: a wait that throws has neither put nor taken one. What was handed over
///               before a kill reached the waiting task is kept, and the kill is thrown at its next wait.
/// Deadlock:     a waiting task keeps its loop running, as any thread may end the wait.
/// Errors:       queue_closed; std::invalid_argument for a capacity of 0; std::logic_error from the blocking forms where
///               a loop runs.
/// Cost:         a mutex; a parcel to the loop of a waiting task. Allocates room for `capacity` items at construction
///               and nothing after.
template <class T>
class queue {
  static_assert(std::is_object_v<T>, "mt::queue<T>: T is a value; put pointers or std::shared_ptr");
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "mt::queue<T>: moving a T must not throw, or an item could be lost: put a std::unique_ptr<T>");

 public:
  class put_awaiter;
  class next_awaiter;
  class get_awaiter;

  explicit queue(std::size_t capacity, literal name = {})
      : capacity_(checked(capacity)), name_(name), items_(capacity) {}
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;

  /// Puts an item in; waits while there is no room. Complete when the queue, or a getter, has taken it.
  [[nodiscard]] put_awaiter put(T item) noexcept { return put_awaiter(*this, std::move(item)); }
  /// Takes the next item; waits while there is none. Throws queue_closed when it is closed and empty.
  [[nodiscard]] get_awaiter get() noexcept { return get_awaiter(*this); }
  /// As get(); nothing when it is closed and empty: `while (auto item = co_await q.next())`.
  [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(*this); }

  /// The same for threads.
  void put_blocking(T item);
  [[nodiscard]] T get_blocking();
  [[nodiscard]] std::optional<T> next_blocking();

  /// Puts an item in if that needs no wait; otherwise false, and `item` is as it was.
  [[nodiscard]] bool try_put(T&& item) {
    detail::settled_waiters woken;
    const std::lock_guard guard(mutex_);
    return !closed_ && offer(item, woken);
  }
  [[nodiscard]] bool try_put(const T& item)
    requires std::is_copy_constructible_v<T>
  {
    T copy(item);
    return try_put(std::move(copy));
  }
  /// Takes the next item if there is one.
  [[nodiscard]] std::optional<T> try_get() {
    std::optional<T> item;
    detail::settled_waiters woken;
    const std::lock_guard guard(mutex_);
    take(item, woken);
    return item;
  }

  /// Ends the queue: put() throws queue_closed, also those that wait; get() and next() drain what is there. Idempotent.
  void close() noexcept {
    detail::settled_waiters woken;
    const std::lock_guard guard(mutex_);
    closed_ = true;
    woken.settle_all(getters_, detail::shared_waiter::outcome::refused);
    woken.settle_all(putters_, detail::shared_waiter::outcome::refused);
  }

  [[nodiscard]] bool is_closed() const noexcept {
    const std::lock_guard guard(mutex_);
    return closed_;
  }
  /// Items that wait to be taken, just now; what was handed to a getter is none of them.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::lock_guard guard(mutex_);
    return items_.size();
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] bool full() const noexcept { return size() >= capacity_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  class awaiter;
  using waiters = detail::shared_waiter::list;

  static std::size_t checked(std::size_t capacity) {
    if (capacity == 0) throw std::invalid_argument("the queue has no room: its capacity is 0");
    return capacity;
  }
  [[noreturn]] void throw_closed() const {
    if (*name_.c_str() == '\0') throw queue_closed();
    throw queue_closed("the queue '" + std::string(name_.c_str()) + "' is closed");
  }

  /// The first who waits, taken out; those on loops that were given up are passed over.
  static detail::shared_waiter* pop(waiters& from) noexcept {
    detail::shared_waiter* first = from.pop_front();
    while (first != nullptr && first->is_gone()) first = from.pop_front();
    return first;
  }

  // These under mutex_.
  /// Takes the item over if there is room or someone who waits for it.
  bool offer(T& item, detail::settled_waiters& woken) {
    if (detail::shared_waiter* getter = pop(getters_)) {
      getter->slot<std::optional<T>>().emplace(std::move(item));
      woken.settle(*getter, detail::shared_waiter::outcome::granted);
      return true;
    }
    if (items_.size() >= capacity_) return false;
    items_.push(std::move(item));
    return true;
  }
  /// Takes the next item, if there is one, and gives its room to the first putter.
  void take(std::optional<T>& into, detail::settled_waiters& woken) {
    if (items_.size() == 0) return;
    into.emplace(items_.pop());
    if (detail::shared_waiter* putter = pop(putters_)) {
      items_.push(std::move(putter->slot<T>()));
      woken.settle(*putter, detail::shared_waiter::outcome::granted);
    }
  }

  const std::size_t capacity_;
  const literal name_;
  mutable std::mutex mutex_;
  // Invariants: who waits in getters_ finds nothing to take; who waits in putters_ has found it full.
  detail::ring<T> items_;
  waiters getters_;
  waiters putters_;
  bool closed_ = false;
};

/// What putting and getting share: an attempt, then a wait under the same mutex.
template <class T>
class queue<T>::awaiter : protected detail::task_waiter {
 protected:
  awaiter(queue& owner, waiters& waiting, const char* what) noexcept
      : task_waiter(owner.mutex_, waiting, what, owner.name_.c_str()), owner_(&owner) {}
  ~awaiter() = default;

  /// Whether the wait is over: there was room or an item, or the queue is closed. Under the mutex.
  virtual bool settles(detail::settled_waiters& woken) = 0;
  bool try_now() {
    detail::settled_waiters woken;
    const std::lock_guard guard(owner_->mutex_);
    return settles(woken);
  }
  void wait(std::coroutine_handle<> caller, void* slot) {
    detail::settled_waiters woken;
    suspend_unless(caller, slot, [this, &woken] { return settles(woken); });
  }

  queue* owner_;
};

template <class T>
class queue<T>::put_awaiter final : private awaiter {
 public:
  put_awaiter(queue& owner, T&& item) noexcept
      : awaiter(owner, owner.putters_, "mt::queue put"), item_(std::move(item)) {}

  [[nodiscard]] bool await_ready() {
    detail::current_task().check();
    return this->try_now() && (!taken_ || detail::may_go_on());
  }
  void await_suspend(std::coroutine_handle<> caller) { taken_ ? this->give_way(caller) : this->wait(caller, &item_); }
  void await_resume() const {
    if (taken_ || this->is_granted()) return;
    detail::current_task().check();
    this->owner_->throw_closed();
  }

 private:
  bool settles(detail::settled_waiters& woken) override {
    if (this->owner_->closed_) return true;
    return taken_ = this->owner_->offer(item_, woken);
  }

  T item_;
  bool taken_ = false;
};

template <class T>
class queue<T>::next_awaiter : private awaiter {
 public:
  explicit next_awaiter(queue& owner) noexcept : awaiter(owner, owner.getters_, "mt::queue get") {}

  [[nodiscard]] bool await_ready() {
    detail::current_task().check();
    return this->try_now() && (!item_ || detail::may_go_on());
  }
  void await_suspend(std::coroutine_handle<> caller) { item_ ? this->give_way(caller) : this->wait(caller, &item_); }
  std::optional<T> await_resume() {
    if (!item_) detail::current_task().check();
    return std::move(item_);
  }

 protected:
  [[nodiscard]] T take_item() {
    if (!item_) {
      detail::current_task().check();
      this->owner_->throw_closed();
    }
    return std::move(*item_);
  }

 private:
  bool settles(detail::settled_waiters& woken) override {
    this->owner_->take(item_, woken);
    return item_ || this->owner_->closed_;
  }

  std::optional<T> item_;
};

template <class T>
class queue<T>::get_awaiter final : public next_awaiter {
 public:
  using next_awaiter::next_awaiter;
  T await_resume() { return this->take_item(); }
};

template <class T>
void queue<T>::put_blocking(T item) {
  detail::require_no_loop("mt::queue::put_blocking()");
  detail::settled_waiters woken;
  std::unique_lock held(mutex_);
  if (closed_) throw_closed();
  if (offer(item, woken)) return;
  detail::thread_waiter self(&item);
  putters_.push_back(self);
  self.wait(held);
  if (!self.is_granted()) throw_closed();
}

template <class T>
std::optional<T> queue<T>::next_blocking() {
  detail::require_no_loop("mt::queue::next_blocking()");
  std::optional<T> item;
  detail::settled_waiters woken;
  std::unique_lock held(mutex_);
  take(item, woken);
  if (item || closed_) return item;
  detail::thread_waiter self(&item);
  getters_.push_back(self);
  self.wait(held);
  return item;
}

template <class T>
T queue<T>::get_blocking() {
  auto item = next_blocking();
  if (!item) throw_closed();
  return std::move(*item);
}

}  // namespace weft::mt

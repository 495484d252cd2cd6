#pragma once

#include <weft/base/literal.hpp>
#include <weft/sync/queue_closed.hpp>
#include <weft/sync/queue_core.hpp>
#include <weft/sync/ring.hpp>

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace weft {

/// Thrown by subscription::next() when publish() has dropped items that the subscriber had not taken yet.
class lagged : public std::runtime_error {
 public:
  explicit lagged(std::uint64_t missed);
  [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }

 private:
  std::uint64_t missed_;
};

namespace detail {

/// What a broadcast has, whatever is in it. Items are numbered; those from `first_` on, below `end_`, are kept.
class broadcast_core {
 public:
  broadcast_core(const broadcast_core&) = delete;
  broadcast_core& operator=(const broadcast_core&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  /// Subscriptions that live.
  [[nodiscard]] std::size_t subscribers() const noexcept { return subscribers_; }
  /// Ends it: puts throw queue_closed, also those that wait; subscribers drain what is there. Idempotent.
  void close() noexcept;

 protected:
  /// Throws std::invalid_argument for zero.
  broadcast_core(std::size_t capacity, literal name);
  ~broadcast_core() = default;
  [[nodiscard]] bool is_full() const noexcept { return end_ - first_ >= capacity_; }
  /// Moves a subscriber that was left behind to the oldest item there is. Throws lagged if it was.
  void catch_up(std::uint64_t& position) const;
  [[noreturn]] void throw_closed() const;

  std::size_t capacity_;
  std::size_t subscribers_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;
  wait_list listeners_;
  wait_list putters_;
  literal name_;
  bool closed_ = false;
};

}  // namespace detail

/// Gives every item to every subscriber.
///
/// Slow subscribers: put() waits until the slowest one has room, so that nothing is lost; publish() never waits and
/// drops the oldest item instead, which the next() of who missed it reports with `lagged`.
///
/// Lifetime:     subscriptions of one that has ended get nothing more. Threads: one loop.
/// Fairness:     putters are served in the order in which they came; so are subscribers that wait.
/// Cancellation: a killed next() takes nothing: the item is there for the next one. A killed put() has put nothing.
/// Errors:       queue_closed; std::invalid_argument for a capacity of 0.
/// Cost:         allocates room for `capacity` items at construction and nothing after; an item is copied for each
///               subscriber but the last. Without subscribers items are dropped.
template <class T>
class broadcast : public detail::broadcast_core {
  static_assert(std::is_copy_constructible_v<T>, "broadcast<T>: every subscriber gets a copy of an item");
  static_assert(std::is_nothrow_move_constructible_v<T>, "broadcast<T>: moving a T must not throw");

 public:
  class put_awaiter;
  class next_awaiter;

  /// A place in the stream of items: sees what is put after it began.
  ///
  /// Ownership: movable, while no task waits in its next(). One task at a time calls next().
  class subscription : public detail::fifo_hook {
   public:
    subscription() noexcept = default;
    subscription(subscription&& other) noexcept { take_over(other); }
    subscription& operator=(subscription&& other) noexcept {
      if (this == &other) return *this;
      leave();
      take_over(other);
      return *this;
    }
    ~subscription() { leave(); }

    /// The next item; waits for it. Nothing when the broadcast has ended, or is closed and this one has seen all of it.
    /// Errors: lagged, once, when items were dropped before they were taken here; the next call goes on behind them.
    [[nodiscard]] next_awaiter next() noexcept {
      return owner_ != nullptr ? next_awaiter(*this) : next_awaiter(nullptr);
    }
    /// Items that can be taken without waiting.
    [[nodiscard]] std::size_t size() const noexcept {
      return owner_ == nullptr ? 0 : static_cast<std::size_t>(owner_->end_ - std::max(position_, owner_->first_));
    }

   private:
    friend broadcast;
    subscription(broadcast& owner, std::uint64_t position) noexcept : owner_(&owner), position_(position) {
      owner.subscriptions_.push_back(*this);
    }
    void take_over(subscription& other) noexcept {
      owner_ = std::exchange(other.owner_, nullptr);
      position_ = other.position_;
      if (owner_ == nullptr) return;
      owner_->subscriptions_.erase(other);
      owner_->subscriptions_.push_back(*this);
    }
    void leave() noexcept {
      if (owner_ != nullptr) std::exchange(owner_, nullptr)->remove(*this);
    }

    broadcast* owner_ = nullptr;
    std::uint64_t position_ = 0;
  };

  /// `name` is shown in reports.
  explicit broadcast(std::size_t capacity, literal name = {}) : broadcast_core(capacity, name), items_(capacity) {}

  ~broadcast() {
    while (subscription* first = subscriptions_.pop_front()) first->owner_ = nullptr;
  }

  [[nodiscard]] subscription subscribe() noexcept {
    ++subscribers_;
    return subscription(*this, end_);
  }

  /// Gives the item to every subscriber; waits while the slowest one has no room.
  [[nodiscard]] put_awaiter put(T item) noexcept { return put_awaiter(*this, std::move(item)); }

  /// As put(); false, and `item` is as it was, when that would have to wait or the broadcast is closed.
  [[nodiscard]] bool try_put(T&& item) {
    if (closed_ || is_full()) return false;
    accept(std::move(item));
    return true;
  }
  [[nodiscard]] bool try_put(const T& item) { return !closed_ && !is_full() && try_put(T(item)); }

  /// Gives the item to every subscriber at once, also before puts that wait; the oldest item is dropped where there is
  /// no room. Errors: queue_closed.
  void publish(T item) {
    if (closed_) throw_closed();
    if (is_full()) drop_first();
    accept(std::move(item));
  }

 private:
  struct slot {
    T item;
    std::size_t left;  // subscribers that have not taken it
  };

  void accept(T&& item) noexcept {
    if (subscribers_ == 0) return;
    items_.emplace(std::move(item), subscribers_);
    ++end_;
    listeners_.grant_all();
  }
  void drop_first() noexcept {
    static_cast<void>(items_.pop());
    ++first_;
  }
  /// Drops what everyone has taken; lets putters in.
  void make_room() noexcept;
  [[nodiscard]] std::optional<T> take(std::uint64_t& position);
  void remove(subscription& leaving) noexcept {
    subscriptions_.erase(leaving);
    --subscribers_;
    for (auto at = std::max(leaving.position_, first_); at < end_; ++at) --items_[at - first_].left;
    make_room();
  }

  // Invariant: an item that all have taken is not behind one that someone has not, and is gone.
  detail::ring<slot> items_;
  detail::fifo<subscription> subscriptions_;
};

template <class T>
class broadcast<T>::put_awaiter final : private detail::queue_waiter {
 public:
  put_awaiter(broadcast& owner, T&& item) noexcept
      : queue_waiter(owner.putters_, owner.name_, "broadcast put"), owner_(&owner), item_(std::move(item)) {}

  [[nodiscard]] bool await_ready() {
    detail::current_task().check();
    if (owner_->closed_) return true;
    taken_ = owner_->try_put(std::move(item_));
    return taken_ && detail::may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
  void await_resume() const {
    if (!taken_ && !granted()) throw_closed();
  }

 private:
  friend broadcast;
  broadcast* owner_;
  T item_;
  bool taken_ = false;
};

template <class T>
class broadcast<T>::next_awaiter final : private detail::queue_waiter {
 public:
  explicit next_awaiter(subscription& reader) noexcept
      : queue_waiter(reader.owner_->listeners_, reader.owner_->name_, "broadcast next"), reader_(&reader) {}

  explicit next_awaiter(std::nullptr_t none) noexcept : queue_waiter(none) {}

  [[nodiscard]] bool await_ready() {
    detail::current_task().check();
    if (reader_ == nullptr) return true;
    ready_ = reader_->position_ < reader_->owner_->end_;
    return ready_ ? detail::may_go_on() : reader_->owner_->closed_;
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { ready_ ? give_way(caller) : suspend(caller); }
  std::optional<T> await_resume() {
    if (!ready_) check_granted();
    if (reader_ == nullptr || reader_->owner_ == nullptr) return std::nullopt;  // it has ended meanwhile
    return reader_->owner_->take(reader_->position_);
  }

 private:
  subscription* reader_ = nullptr;
  bool ready_ = false;
};

template <class T>
void broadcast<T>::make_room() noexcept {
  while (first_ != end_ && items_[0].left == 0) drop_first();
  while (!is_full() && !putters_.empty()) {
    auto& first = *static_cast<put_awaiter*>(putters_.pop_front());
    accept(std::move(first.item_));
    first.grant();
  }
}

template <class T>
std::optional<T> broadcast<T>::take(std::uint64_t& position) {
  catch_up(position);
  if (position == end_) return std::nullopt;
  slot& at = items_[position - first_];
  std::optional<T> item;
  at.left == 1 ? item.emplace(std::move(at.item)) : item.emplace(at.item);
  --at.left;
  ++position;
  make_room();
  return item;
}

}  // namespace weft

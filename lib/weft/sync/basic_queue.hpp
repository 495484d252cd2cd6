#pragma once

#include <weft/sync/queue_core.hpp>

#include <coroutine>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// The store of a queue without room: items go from hand to hand.
struct no_store {
  [[nodiscard]] static constexpr std::size_t size() noexcept { return 0; }
};

/// What queue, lifo_queue, priority_queue and channel have in common. `Store` keeps the items that no one waits for:
/// push(T&&), pop(), size(); push() throws only before it takes the item, and not below the capacity it was made for.
template <class T, class Store>
class basic_queue : public queue_core {
  static_assert(std::is_object_v<T>, "queue<T>: T is a value; put pointers or std::reference_wrapper");
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "queue<T>: moving a T must not throw, or an item could be lost: put a std::unique_ptr<T>");

 public:
  class put_awaiter;
  class next_awaiter;
  class get_awaiter;

  /// Puts an item in; waits while there is no room. Complete when the queue, or a getter, has taken it.
  /// Cancellation: the item has not gone in. Errors: queue_closed.
  [[nodiscard]] put_awaiter put(T item) noexcept { return put_awaiter(*this, std::move(item)); }

  /// Takes the next item; waits while there is none. What was handed over in the same turn as a kill is kept: the kill
  /// is thrown at the task's next wait.
  /// Errors: queue_closed when it is closed and empty.
  [[nodiscard]] get_awaiter get() noexcept { return get_awaiter(*this); }

  /// As get(); nothing when it is closed and empty: `while (auto item = co_await q.next())`.
  [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(*this); }

  /// Puts an item in if that needs no wait; otherwise false, and `item` is as it was.
  [[nodiscard]] bool try_put(T&& item) { return !closed_ && offer(item); }
  [[nodiscard]] bool try_put(const T& item)
    requires std::is_copy_constructible_v<T>
  {
    T copy(item);
    return try_put(std::move(copy));
  }

  /// Takes the next item if there is one.
  [[nodiscard]] std::optional<T> try_get() {
    std::optional<T> item;
    take(item);
    return item;
  }

  /// Items that wait to be taken; what was handed to a getter is none of them.
  [[nodiscard]] std::size_t size() const noexcept { return store_.size(); }
  [[nodiscard]] bool empty() const noexcept { return store_.size() == 0; }
  [[nodiscard]] bool full() const noexcept { return store_.size() >= capacity_; }

 protected:
  basic_queue(std::size_t capacity, literal name, Store&& store)
      : queue_core(capacity, name), store_(std::move(store)) {}
  ~basic_queue() = default;

 private:
  static constexpr bool hand_to_hand = std::is_same_v<Store, no_store>;

  /// Takes the item over if there is room or someone who waits for it.
  bool offer(T& item) {
    if (queued_waiter* first = getters_.pop_front()) {
      static_cast<next_awaiter*>(first)->item_.emplace(std::move(item));
      first->grant();
    } else if (store_.size() >= capacity_) {
      return false;
    } else if constexpr (!hand_to_hand) {
      store_.push(std::move(item));
    }
    ++unfinished_;
    return true;
  }

  /// Takes the next item, if there is one, and gives its room to the first putter.
  void take(std::optional<T>& into) {
    if constexpr (!hand_to_hand) {
      if (store_.size() != 0) into.emplace(store_.pop());
    }
    if (putters_.empty()) return;
    auto& first = *static_cast<put_awaiter*>(putters_.pop_front());
    if constexpr (hand_to_hand) {
      into.emplace(std::move(first.item_));
    } else {
      store_.push(std::move(first.item_));
    }
    ++unfinished_;
    first.grant();
  }

  [[no_unique_address]] Store store_;
};

template <class T, class Store>
class basic_queue<T, Store>::put_awaiter final : private queue_waiter {
 public:
  put_awaiter(basic_queue& owner, T&& item) noexcept
      : queue_waiter(owner.putters_, owner.name_, "queue put"), owner_(&owner), item_(std::move(item)) {}

  [[nodiscard]] bool await_ready() {
    current_task().check();
    if (owner_->closed_) return true;
    taken_ = owner_->offer(item_);
    return taken_ && may_go_on();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { taken_ ? give_way(caller) : suspend(caller); }
  void await_resume() const {
    if (!taken_ && !granted()) throw_closed();
  }

 private:
  friend basic_queue;
  basic_queue* owner_;
  T item_;
  bool taken_ = false;
};

template <class T, class Store>
class basic_queue<T, Store>::next_awaiter : private queue_waiter {
 public:
  explicit next_awaiter(basic_queue& owner) noexcept
      : queue_waiter(owner.getters_, owner.name_, "queue get"), owner_(&owner) {}

  [[nodiscard]] bool await_ready() {
    current_task().check();
    owner_->take(item_);
    return item_ ? may_go_on() : owner_->closed_;
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { item_ ? give_way(caller) : suspend(caller); }
  std::optional<T> await_resume() {
    if (!item_) current_task().check();
    return std::move(item_);
  }

 protected:
  [[nodiscard]] T take_item() {
    if (!item_) throw_closed();
    return std::move(*item_);
  }

 private:
  friend basic_queue;
  basic_queue* owner_;
  std::optional<T> item_;
};

template <class T, class Store>
class basic_queue<T, Store>::get_awaiter final : public next_awaiter {
 public:
  using next_awaiter::next_awaiter;
  T await_resume() { return this->take_item(); }
};

}  // namespace weft::detail

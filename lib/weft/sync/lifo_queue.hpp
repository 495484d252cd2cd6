#pragma once

#include <weft/sync/basic_queue.hpp>
#include <weft/sync/queue_closed.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class T>
class stack {
 public:
  explicit stack(std::size_t room) { items_.reserve(room); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  void push(T&& item) { items_.push_back(std::move(item)); }
  T pop() noexcept {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

}  // namespace detail

/// A queue that gives the item that came last. Everything else is as for queue.
template <class T>
class lifo_queue : public detail::basic_queue<T, detail::stack<T>> {
  using base = detail::basic_queue<T, detail::stack<T>>;

 public:
  explicit lifo_queue(std::size_t capacity, literal name = {})
      : base(capacity, name, detail::stack<T>(base::checked_capacity(capacity, name))) {}
  explicit lifo_queue(unbounded_t /*unused*/, literal name = {}) : base(base::no_limit, name, detail::stack<T>(16)) {}
};

}  // namespace weft

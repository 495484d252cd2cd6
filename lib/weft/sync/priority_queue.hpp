#pragma once

#include <weft/sync/basic_queue.hpp>
#include <weft/sync/queue_closed.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// A heap whose equal items come out in the order in which they went in.
template <class T, class Compare>
class stable_heap {
  static_assert(std::is_nothrow_move_assignable_v<T>,
                "priority_queue<T>: moving a T must not throw, or an item could be lost: put a std::unique_ptr<T>");

 public:
  stable_heap(std::size_t room, Compare&& compare) : later_{std::move(compare)} { items_.reserve(room); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  void push(T&& item) {
    items_.emplace_back(std::move(item), ++pushed_);
    std::push_heap(items_.begin(), items_.end(), later_);
  }
  T pop() {
    std::pop_heap(items_.begin(), items_.end(), later_);
    T item = std::move(items_.back().item);
    items_.pop_back();
    return item;
  }

 private:
  struct entry {
    T item;
    std::uint64_t number;
  };
  struct comes_later {
    bool operator()(const entry& a, const entry& b) const {
      if (compare(b.item, a.item)) return true;
      return !compare(a.item, b.item) && b.number < a.number;
    }
    [[no_unique_address]] Compare compare;
  };

  std::vector<entry> items_;
  std::uint64_t pushed_ = 0;
  [[no_unique_address]] comes_later later_;
};

}  // namespace detail

/// A queue that gives the smallest item first; of equal ones the one that came first. Compare must not throw.
/// Putters that wait for room are served in the order in which they came. Everything else is as for queue.
///
/// Cost: O(log size) comparisons for an item that nobody waits for.
template <class T, class Compare = std::less<T>>
class priority_queue : public detail::basic_queue<T, detail::stable_heap<T, Compare>> {
  using base = detail::basic_queue<T, detail::stable_heap<T, Compare>>;
  using store = detail::stable_heap<T, Compare>;

 public:
  explicit priority_queue(std::size_t capacity, literal name = {}) : priority_queue(capacity, Compare(), name) {}
  priority_queue(std::size_t capacity, Compare compare, literal name = {})
      : base(capacity, name, store(base::checked_capacity(capacity, name), std::move(compare))) {}
  explicit priority_queue(unbounded_t /*unused*/, Compare compare = Compare(), literal name = {})
      : base(base::no_limit, name, store(16, std::move(compare))) {}
};

}  // namespace weft

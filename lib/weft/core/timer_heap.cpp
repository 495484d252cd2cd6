#include <weft/core/timer_heap.hpp>

#include <algorithm>

namespace weft::detail {

void timer_heap::set(timer_node& node, time_point when) {
  const entry value{when, next_sequence_++, &node};
  entries_.push_back(value);
  sift_up(entries_.size() - 1, value);
}

void timer_heap::remove(timer_node& node) noexcept {
  const std::size_t index = node.index_;
  node.index_ = timer_node::unarmed;
  const entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  if (index > 0 && last.before(entries_[(index - 1) / arity])) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

timer_node& timer_heap::pop() noexcept {
  timer_node& node = *entries_.front().node;
  remove(node);
  return node;
}

void timer_heap::sift_up(std::size_t index, const entry& value) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / arity;
    if (!value.before(entries_[parent])) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, value);
}

void timer_heap::sift_down(std::size_t index, const entry& value) noexcept {
  const std::size_t size = entries_.size();
  for (std::size_t first = index * arity + 1; first < size; first = index * arity + 1) {
    std::size_t smallest = first;
    const std::size_t end = std::min(first + arity, size);
    for (std::size_t child = first + 1; child < end; ++child) {
      if (entries_[child].before(entries_[smallest])) smallest = child;
    }
    if (!entries_[smallest].before(value)) break;
    place(index, entries_[smallest]);
    index = smallest;
  }
  place(index, value);
}

}  // namespace weft::detail

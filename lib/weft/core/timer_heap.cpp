#include <weft/core/timer_heap.hpp>

#include <algorithm>
#include <utility>

namespace weft::detail {

std::uint32_t timer_heap::take_slot(timer_node& node) {
  if (free_slot_ != timer_node::unarmed) {
    const std::uint32_t slot = free_slot_;
    free_slot_ = positions_[slot];
    nodes_[slot] = &node;
    return slot;
  }
  positions_.reserve(positions_.capacity() > positions_.size() ? 0 : 2 * positions_.size() + 16);
  nodes_.push_back(&node);
  positions_.push_back(0);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void timer_heap::set(timer_node& node, time_point when) {
  entries_.emplace_back();
  try {
    node.slot_ = take_slot(node);
  } catch (...) {
    entries_.pop_back();
    throw;
  }
  sift_up(entries_.size() - 1, entry{when, next_sequence_++, node.slot_});
}

void timer_heap::release_slot(timer_node& node) noexcept {
  const std::uint32_t slot = std::exchange(node.slot_, timer_node::unarmed);
  positions_[slot] = free_slot_;
  free_slot_ = slot;
}

void timer_heap::remove(timer_node& node) noexcept {
  const std::uint32_t slot = node.slot_;
  const std::uint32_t index = positions_[slot];
  release_slot(node);
  if ((index & is_due) != 0) {
    due_[index & ~is_due].slot = timer_node::unarmed;
    return;
  }
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
  timer_node& node = *nodes_[entries_.front().slot];
  remove(node);
  if (!entries_.empty()) __builtin_prefetch(nodes_[entries_.front().slot]);
  return node;
}

void timer_heap::expire_until(time_point until) {
  // The last entries of the heap are a sample: when most of them are due, taking all out at once is cheaper than one by
  // one.
  if (entries_.size() >= 1024) {
    int late = 0;
    for (std::size_t i = entries_.size() - 16; i < entries_.size(); ++i) late += entries_[i].when <= until;
    if (late >= 4) return expire_many(until);
  }
  while (!entries_.empty() && entries_.front().when <= until) pop().expire();
}

void timer_heap::expire_many(time_point until) {
  due_.clear();
  due_.reserve(entries_.size());
  std::size_t kept = 0;
  for (const entry& e : entries_) {
    if (e.when <= until) {
      due_.push_back(e);
    } else {
      entries_[kept++] = e;
    }
  }
  entries_.resize(kept);
  std::sort(due_.begin(), due_.end(), [](const entry& a, const entry& b) { return a.before(b); });
  for (std::size_t i = 0; i < due_.size(); ++i) positions_[due_[i].slot] = is_due | static_cast<std::uint32_t>(i);
  for (std::size_t i = kept; i-- > 0;) {
    const entry e = entries_[i];
    sift_down(i, e);
  }
  constexpr std::size_t ahead = 8;
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (i + ahead < due_.size() && due_[i + ahead].slot != timer_node::unarmed) {
      __builtin_prefetch(nodes_[due_[i + ahead].slot]);
    }
    const std::uint32_t slot = due_[i].slot;
    if (slot == timer_node::unarmed) continue;  // removed by one that expired before it
    timer_node& node = *nodes_[slot];
    release_slot(node);
    node.expire();
  }
  due_.clear();
  if (due_.capacity() > 4096) due_.shrink_to_fit();
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

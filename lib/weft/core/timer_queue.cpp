#include <weft/core/timer_queue.hpp>

#include <algorithm>
#include <utility>

namespace weft::detail {

std::uint32_t timer_queue::take_slot(timer_node& node) {
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

void timer_queue::set(timer_node& node, time_point when) {
  const std::size_t count = size() + 1;
  if (entries_.capacity() < count) entries_.reserve(2 * count + 16);
  const bool is_far = entries_.size() >= few && far_.accepts(when) && timer_wheel::slot_of(when) > earliest();
  if (is_far) far_.reserve(far_.size() + 1);
  node.slot_ = take_slot(node);
  const entry set{when, next_sequence_++, node.slot_};
  is_far ? far_.insert(set, earliest(), positions_) : push_near(set);
}

void timer_queue::push_near(const entry& value) noexcept {
  entries_.push_back(value);
  sift_up(entries_.size() - 1, value);
}

void timer_queue::bring_near() noexcept {
  while (!far_.empty() && (entries_.empty() || far_.earliest_possible() <= earliest()))
    far_.take_first(positions_, [this](const entry& e) { push_near(e); });
}

void timer_queue::release_slot(timer_node& node) noexcept {
  const std::uint32_t slot = std::exchange(node.slot_, timer_node::unarmed);
  positions_[slot] = free_slot_;
  free_slot_ = slot;
}

void timer_queue::remove(timer_node& node) noexcept {
  const std::uint32_t slot = node.slot_;
  const std::uint32_t position = positions_[slot];
  release_slot(node);
  if ((position & timer_wheel::is_in_wheel) != 0) {
    far_.remove(position, positions_);
  } else {
    remove_near(position);
  }
}

void timer_queue::remove_near(std::uint32_t index) noexcept {
  const entry last = entries_.back();
  entries_.pop_back();
  if (index < entries_.size()) {
    if (index > 0 && last.before(entries_[(index - 1) / arity])) {
      sift_up(index, last);
    } else {
      sift_down(index, last);
    }
  }
  if (index == 0) bring_near();
}

timer_node& timer_queue::pop() noexcept {
  timer_node& node = *nodes_[entries_.front().slot];
  remove(node);
  // One of these is the next.
  for (std::size_t i = 0; i < std::min(entries_.size(), arity + 1); ++i) __builtin_prefetch(nodes_[entries_[i].slot]);
  return node;
}

void timer_queue::expire_until(time_point until, int limit) noexcept {
  while (limit-- > 0 && !entries_.empty() && earliest() <= until) pop().expire();
}

void timer_queue::sift_up(std::size_t index, const entry& value) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / arity;
    if (!value.before(entries_[parent])) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, value);
}

void timer_queue::sift_down(std::size_t index, const entry& value) noexcept {
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

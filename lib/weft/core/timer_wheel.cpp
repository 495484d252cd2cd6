#include <weft/core/timer_wheel.hpp>

namespace weft::detail {

// Each slot in use has one array that may not be full.
void timer_wheel::reserve(std::size_t count) {
  const std::size_t arrays = count / per_array + slots + 2;
  while (slabs_.size() * per_slab < arrays) {
    slabs_.reserve(slabs_.size() + 1);
    slabs_.emplace_back(static_cast<entry_array*>(::operator new(per_slab * sizeof(entry_array))));
  }
}

std::uint32_t timer_wheel::take_array(std::uint32_t slot) noexcept {
  std::uint32_t index = free_;
  if (index != none) {
    free_ = array(index).next;
  } else {
    index = fresh_++;
  }
  entry_array& taken = array(index);
  taken.count = 0;
  taken.slot = slot;
  return index;
}

void timer_wheel::free_array(std::uint32_t index) noexcept {
  array(index).next = free_;
  free_ = index;
}

void timer_wheel::put(const timer_entry& entry, position_table& positions) noexcept {
  const std::uint64_t tick = tick_of(entry.when);
  const int level = tick == base_ ? 0 : (63 - std::countl_zero(tick ^ base_)) / digit_bits;
  const auto digit = static_cast<std::uint32_t>(tick >> (level * digit_bits)) & ((1U << digit_bits) - 1);
  const std::uint32_t slot = (static_cast<std::uint32_t>(level) << digit_bits) | digit;
  const std::uint64_t bit = std::uint64_t{1} << digit;
  std::uint64_t& used = used_[static_cast<std::size_t>(level)];
  std::uint32_t& list = lists_[slot];
  if ((used & bit) == 0) {
    used |= bit;
    list = take_array(slot);
    array(list).next = none;
  } else if (array(list).count == per_array) {
    const std::uint32_t full = list;
    list = take_array(slot);
    array(list).next = full;
  }
  entry_array& to = array(list);
  positions[entry.slot] = is_in_wheel | static_cast<std::uint32_t>(list * per_array + to.count);
  to.entries[to.count++] = entry;
}

void timer_wheel::insert(const timer_entry& entry, time_point not_before, position_table& positions) noexcept {
  if (empty()) base_ = tick_of(not_before);
  put(entry, positions);
  ++size_;
  if (entry.when < earliest_possible_) update_earliest_possible();
}

void timer_wheel::remove(std::uint32_t position, position_table& positions) noexcept {
  const std::uint32_t stands = position & ~is_in_wheel;
  entry_array& of = array(static_cast<std::uint32_t>(stands / per_array));
  const std::uint32_t slot = of.slot;
  std::uint32_t& list = lists_[slot];
  entry_array& first = array(list);
  const timer_entry& last = first.entries[--first.count];
  timer_entry& hole = of.entries[stands % per_array];
  if (&last != &hole) {
    hole = last;
    positions[hole.slot] = position;
  }
  --size_;
  if (first.count > 0) return;
  const std::uint32_t emptied = list;
  list = first.next;
  free_array(emptied);
  if (list != none) return;
  used_[slot >> digit_bits] &= ~(std::uint64_t{1} << (slot & ((1U << digit_bits) - 1)));
  update_earliest_possible();
}

std::uint32_t timer_wheel::take_list(std::uint32_t slot) noexcept {
  used_[slot >> digit_bits] &= ~(std::uint64_t{1} << (slot & ((1U << digit_bits) - 1)));
  return lists_[slot];
}

std::uint32_t timer_wheel::first_slot() const noexcept {
  std::uint32_t level = 0;
  while (used_[level] == 0) ++level;
  return (level << digit_bits) | static_cast<std::uint32_t>(std::countr_zero(used_[level]));
}

std::uint64_t timer_wheel::first_tick_of(std::uint32_t slot) const noexcept {
  const std::uint32_t low = (slot >> digit_bits) * digit_bits;
  const std::uint64_t digit = slot & ((1U << digit_bits) - 1);
  return ((((base_ >> low) >> digit_bits) << digit_bits) | digit) << low;
}

void timer_wheel::update_earliest_possible() noexcept {
  earliest_possible_ = empty() ? time_point::max() : time_of(first_tick_of(first_slot()));
}

void timer_wheel::turn(position_table& positions) noexcept {
  for (std::uint32_t slot = first_slot(); slot >> digit_bits > 0; slot = first_slot()) {
    base_ = first_tick_of(slot);
    for (std::uint32_t index = take_list(slot); index != none;) {
      const entry_array& from = array(index);
      for (std::uint32_t i = 0; i < from.count; ++i) put(from.entries[i], positions);
      const std::uint32_t next = from.next;
      free_array(index);
      index = next;
    }
  }
}

}  // namespace weft::detail

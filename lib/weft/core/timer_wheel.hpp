#pragma once

#include <weft/core/time.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::detail {

/// A deadline of a timer_queue.
struct timer_entry {
  time_point when;
  std::uint64_t sequence;
  std::uint32_t slot;  // of the node, in the queue's tables

  [[nodiscard]] bool before(const timer_entry& other) const noexcept {
    return when != other.when ? when < other.when : sequence < other.sequence;
  }
};

/// Deadlines that are not near, sorted no further than needed: eight wheels of 64 slots, the slots of the first about a
/// millisecond wide, those of each other one 64 times as wide as those of the one before (Varghese and Lauck 1987). A
/// slot is a list of small arrays, so that a million deadlines are moved in sequence.
///
/// Invariants: a deadline stands in the wheel of the highest digit (base 64, of its tick) in which it differs from
///             base_, and no deadline is before base_. Each slot's arrays are full, but for its first one.
/// Errors:     only reserve() can fail.
/// Cost:       insert and remove are O(1); a deadline moves at most once for each wheel. 24 bytes a deadline.
class timer_wheel {
 public:
  /// Where entries stand, by their node's slot. Positions in the wheel have this bit.
  using position_table = std::vector<std::uint32_t>;
  static constexpr std::uint32_t is_in_wheel = std::uint32_t{1} << 30;

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// No deadline in it is earlier; time_point::max() when it is empty.
  [[nodiscard]] time_point earliest_possible() const noexcept { return earliest_possible_; }
  /// The beginning of the slot of the first wheel that `when` belongs to.
  [[nodiscard]] static time_point slot_of(time_point when) noexcept { return time_of(tick_of(when)); }
  /// Whether it can hold this deadline: it has not got beyond it.
  [[nodiscard]] bool accepts(time_point when) const noexcept { return empty() || tick_of(when) >= base_; }

  /// Makes room for `count` deadlines in all. Has to be called before each insert().
  void reserve(std::size_t count);
  /// Precondition: accepts(); no deadline before `not_before` comes later while it is not empty, or it goes elsewhere.
  void insert(const timer_entry& entry, time_point not_before, position_table& positions) noexcept;
  void remove(std::uint32_t position, position_table& positions) noexcept;
  /// Takes out the deadlines of the first slot, those within about a millisecond, and gives each to `to(entry)`.
  /// Precondition: not empty.
  template <class F>
  void take_first(position_table& positions, F to) noexcept;

 private:
  static constexpr int tick_bits = 20;  // a tick is 2^20 ns
  static constexpr int digit_bits = 6;
  static constexpr int levels = 8;
  static constexpr std::size_t slots = std::size_t{levels} << digit_bits;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  static constexpr std::size_t per_array = 42;  // what makes an array 1 KiB
  static constexpr std::size_t per_slab = 512;

  struct entry_array {
    std::uint32_t next;
    std::uint32_t count;
    std::uint32_t slot;
    std::array<timer_entry, per_array> entries;
  };

  struct give_back {
    void operator()(void* memory) const noexcept { ::operator delete(memory); }
  };

  [[nodiscard]] static std::uint64_t tick_of(time_point when) noexcept {
    const auto since = when.time_since_epoch().count();
    return since > 0 ? static_cast<std::uint64_t>(since) >> tick_bits : 0;
  }
  [[nodiscard]] static time_point time_of(std::uint64_t tick) noexcept {
    return time_point(duration(static_cast<duration::rep>(tick << tick_bits)));
  }
  [[nodiscard]] entry_array& array(std::uint32_t index) noexcept {
    return slabs_[index / per_slab].get()[index % per_slab];
  }
  [[nodiscard]] std::uint32_t take_array(std::uint32_t slot) noexcept;
  void free_array(std::uint32_t index) noexcept;
  void put(const timer_entry& entry, position_table& positions) noexcept;
  /// Takes the list of a slot out.
  [[nodiscard]] std::uint32_t take_list(std::uint32_t slot) noexcept;
  /// The first slot that holds something.
  [[nodiscard]] std::uint32_t first_slot() const noexcept;
  [[nodiscard]] std::uint64_t first_tick_of(std::uint32_t slot) const noexcept;
  /// Moves what stands in higher wheels down until the first wheel holds the earliest.
  void turn(position_table& positions) noexcept;
  void update_earliest_possible() noexcept;

  std::array<std::uint32_t, slots> lists_;  // of a level whose bit in used_ is clear: nothing
  std::array<std::uint64_t, levels> used_{};
  std::uint64_t base_ = 0;
  std::size_t size_ = 0;
  time_point earliest_possible_ = time_point::max();
  std::vector<std::unique_ptr<entry_array, give_back>> slabs_;  // memory that is not written before it is needed
  std::uint32_t fresh_ = 0;                                     // arrays from here on have never been used
  std::uint32_t free_ = none;
};

template <class F>
void timer_wheel::take_first(position_table& positions, F to) noexcept {
  turn(positions);
  const std::uint32_t slot = first_slot();
  base_ = first_tick_of(slot);
  for (std::uint32_t index = take_list(slot); index != none;) {
    const entry_array& from = array(index);
    for (std::uint32_t i = 0; i < from.count; ++i) to(from.entries[i]);
    size_ -= from.count;
    const std::uint32_t next = from.next;
    free_array(index);
    index = next;
  }
  update_earliest_possible();
}

}  // namespace weft::detail

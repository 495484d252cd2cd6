#pragma once

#include <weft/core/time.hpp>
#include <weft/core/timer_wheel.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::detail {

/// Something that happens at a deadline. Lives where the deadline matters (an awaiter, a scope); never copied while
/// armed.
class timer_node {
 public:
  timer_node() = default;
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;

  /// Called once when the deadline has passed; the node is no longer armed by then.
  virtual void expire() noexcept = 0;
  [[nodiscard]] bool is_armed() const noexcept { return slot_ != unarmed; }

 protected:
  ~timer_node() = default;

 private:
  friend class timer_queue;
  static constexpr std::uint32_t unarmed = ~std::uint32_t{0};
  std::uint32_t slot_ = unarmed;
};

/// The deadlines of a loop, earliest first; equal ones in the order in which they were set.
///
/// The near ones are in a heap with four children a node: shallower than a binary one, and the children of a node share
/// cache lines. When there are many, those that are far are in a wheel, so that the heap stays in the cache. Where an
/// entry stands is kept in a table beside both, not in the node: moving a million sleepers then does not touch their
/// frames.
///
/// Ownership:  none of the nodes.
/// Invariants: for each armed node, nodes_[slot] is the node, and the entry that positions_[slot] names has that slot;
///             every entry of the wheel is later than the first of the heap, which is not empty while there are any.
///             entries_ has room for all.
/// Cost:       set is O(1) for deadlines in rising order, else O(log n) in the near ones; remove and pop likewise.
///             36 bytes a deadline.
class timer_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size() + far_.size(); }
  [[nodiscard]] time_point earliest() const noexcept { return entries_.front().when; }

  void set(timer_node& node, time_point when);
  void remove(timer_node& node) noexcept;
  /// The earliest node, taken out.
  timer_node& pop() noexcept;
  /// Expires what is due at `until`, in order, but no more than `limit`.
  void expire_until(time_point until, int limit) noexcept;

 private:
  using entry = timer_entry;

  static constexpr std::size_t arity = 4;
  /// As many as the heap holds before the wheel is used.
  static constexpr std::size_t few = 256;

  [[nodiscard]] std::uint32_t take_slot(timer_node& node);
  void release_slot(timer_node& node) noexcept;
  void place(std::size_t index, const entry& value) noexcept {
    entries_[index] = value;
    positions_[value.slot] = static_cast<std::uint32_t>(index);
  }
  void sift_up(std::size_t index, const entry& value) noexcept;
  void sift_down(std::size_t index, const entry& value) noexcept;
  void push_near(const entry& value) noexcept;
  void remove_near(std::uint32_t index) noexcept;
  /// Brings near what may be earlier than the first of the heap.
  void bring_near() noexcept;

  std::vector<entry> entries_;
  timer_wheel far_;
  std::vector<timer_node*> nodes_;
  timer_wheel::position_table positions_;  // of a free slot: the next free one
  std::uint32_t free_slot_ = timer_node::unarmed;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace weft::detail

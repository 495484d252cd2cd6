#pragma once

#include <weft/core/time.hpp>

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
  friend class timer_heap;
  static constexpr std::uint32_t unarmed = ~std::uint32_t{0};
  std::uint32_t slot_ = unarmed;
};

/// The deadlines of a loop, earliest first; equal ones in the order in which they were set.
///
/// A heap with four children a node: shallower than a binary one, and the children of a node share cache lines. Where
/// an entry stands is kept in a table beside the heap, not in the node: sifting through a million sleepers then does
/// not touch their frames.
///
/// Ownership:  none of the nodes.
/// Invariants: for each armed node, nodes_[slot] is the node and entries_[positions_[slot]].slot == slot.
/// Cost:       set is O(1) for deadlines in rising order, else O(log n); remove and pop are O(log n). 36 bytes a
/// deadline.
class timer_heap {
 public:
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] time_point earliest() const noexcept { return entries_.front().when; }

  void set(timer_node& node, time_point when);
  void remove(timer_node& node) noexcept;
  /// The earliest node, taken out.
  timer_node& pop() noexcept;
  /// Expires everything that is due at `until`, in order.
  void expire_until(time_point until);

 private:
  struct entry {
    time_point when;
    std::uint64_t sequence;
    std::uint32_t slot;

    [[nodiscard]] bool before(const entry& other) const noexcept {
      return when != other.when ? when < other.when : sequence < other.sequence;
    }
  };

  static constexpr std::size_t arity = 4;

  static constexpr std::uint32_t is_due = std::uint32_t{1} << 31;  // the position is one in due_

  [[nodiscard]] std::uint32_t take_slot(timer_node& node);
  void release_slot(timer_node& node) noexcept;
  void place(std::size_t index, const entry& value) noexcept {
    entries_[index] = value;
    positions_[value.slot] = static_cast<std::uint32_t>(index);
  }
  void sift_up(std::size_t index, const entry& value) noexcept;
  void sift_down(std::size_t index, const entry& value) noexcept;

  void expire_many(time_point until);

  std::vector<entry> entries_;
  std::vector<entry> due_;
  std::vector<timer_node*> nodes_;
  std::vector<std::uint32_t> positions_;  // of a free slot: the next free one
  std::uint32_t free_slot_ = timer_node::unarmed;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace weft::detail

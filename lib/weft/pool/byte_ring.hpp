#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::detail {

/// How far a byte_ring has been written and read, in bytes since its beginning. Lies in shared memory, zero at first.
struct ring_positions {
  alignas(64) std::atomic<std::uint64_t> written;
  alignas(64) std::atomic<std::uint64_t> read;
};

/// Bytes from one process to another, in memory that both see: one writes, one reads, neither waits.
///
/// The block is mapped twice in a row (shared_mapping), so that whatever fits lies in one piece.
/// Invariant: read <= written <= read + capacity, unless the other side is out of its mind: then what is read or written stays
///            within the block all the same.
class byte_ring {
 public:
  byte_ring() noexcept = default;
  /// Precondition: `capacity` is a power of two.
  byte_ring(ring_positions& at, std::byte* block, std::size_t capacity) noexcept
      : at_(&at), block_(block), capacity_(capacity) {}

  // This side has come to `own`, perhaps by another process: of the other side nothing is known then.
  void resume_writing(std::uint64_t own) noexcept {
    if (own != own_) other_ = own - capacity_;
    own_ = own;
  }
  void resume_reading(std::uint64_t own) noexcept {
    if (own != own_) other_ = own;
    own_ = own;
  }

  // The writer's.
  /// Room for `size` bytes; null when there is none.
  [[nodiscard]] std::byte* room(std::size_t size) noexcept {
    if (own_ + size - other_ > capacity_) {
      other_ = at_->read.load(std::memory_order_acquire);
      if (other_ > own_ || own_ + size - other_ > capacity_) return nullptr;
    }
    return block_ + (own_ & (capacity_ - 1));
  }
  void publish(std::size_t size) noexcept {
    own_ += size;
    at_->written.store(own_, std::memory_order_seq_cst);
  }

  // The reader's.
  /// What was written and not released.
  [[nodiscard]] std::span<const std::byte> written() noexcept {
    other_ = at_->written.load(std::memory_order_acquire);
    const std::uint64_t size = other_ - own_;
    if (size > capacity_) return {};
    return {block_ + (own_ & (capacity_ - 1)), static_cast<std::size_t>(size)};
  }
  /// The next `size` bytes; null when they are not there.
  [[nodiscard]] const std::byte* peek(std::size_t size) noexcept {
    if (other_ - own_ < size) {
      other_ = at_->written.load(std::memory_order_acquire);
      if (other_ - own_ < size) return nullptr;
    }
    return block_ + (own_ & (capacity_ - 1));
  }
  [[nodiscard]] bool has_more() const noexcept { return at_->written.load(std::memory_order_seq_cst) != own_; }
  void release(std::size_t size) noexcept {
    own_ += size;
    at_->read.store(own_, std::memory_order_seq_cst);
  }

 private:
  ring_positions* at_ = nullptr;
  std::byte* block_ = nullptr;
  std::size_t capacity_ = 0;
  std::uint64_t own_ = 0;    // this side's position
  std::uint64_t other_ = 0;  // the other side's, as last seen
};

}  // namespace weft::detail

#pragma once

#include <cstddef>

namespace weft::detail {

/// Memory for coroutine frames, task states and handlers of operations in flight: a per-thread free list for each size class.
///
/// Ownership:  a block is given back with the size it was asked for; it keeps its memory for the next block of that class.
/// Threads:    any; a block given back on another thread serves that thread from then on.
/// Errors:     throws std::bad_alloc.
/// Cost:       two loads and a store when the class has a free block; sizes over 1 KiB go to operator new.
///             Sanitized builds use operator new throughout, so that a stale frame is found.
[[nodiscard]] void* allocate_frame(std::size_t size);
void free_frame(void* block, std::size_t size) noexcept;

/// The allocator form of the same memory, for Asio's handlers.
template <class T>
class frame_allocator {
 public:
  using value_type = T;
  frame_allocator() noexcept = default;
  template <class U>
  frame_allocator(const frame_allocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor): allocators convert

  [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(allocate_frame(count * sizeof(T))); }
  void deallocate(T* block, std::size_t count) noexcept { free_frame(block, count * sizeof(T)); }
  friend bool operator==(frame_allocator, frame_allocator) noexcept { return true; }
};

}  // namespace weft::detail

#pragma once

#include <cstddef>
#include <new>

namespace weft::detail {

/// Memory for coroutine frames, task states and handlers of operations in flight: a per-thread free list for each size
/// class.
///
/// Ownership: a block is given back with the size it was asked for; it keeps its memory for the next block of that
///            class.
/// Threads:   any; a block given back on another thread serves that thread from then on.
/// Errors:    throws std::bad_alloc.
/// Cost:      two loads and a store when the class has a free block; sizes over 1 KiB go to operator new. Sanitized
///            builds use operator new throughout, so that a stale frame is found.
[[nodiscard]] void* allocate_frame(std::size_t size);
void free_frame(void* block, std::size_t size) noexcept;

/// The free blocks of a thread: lists[i] holds blocks of (i + 1) * granularity bytes.
struct free_frames {
  static constexpr std::size_t granularity = 16;
  static constexpr std::size_t largest = 1024;
  static constexpr std::size_t class_count = largest / granularity;
  struct block {
    block* next;
  };

  block* lists[class_count] = {};
};
extern constinit thread_local free_frames this_thread_frames [[gnu::tls_model("initial-exec")]];

/// Whether frames are kept for reuse; set where the library was compiled, since a sanitized one does not.
extern const bool frames_are_recycled;

[[nodiscard]] void* allocate_new_frame(std::size_t size);

[[nodiscard]] inline void* allocate_frame(std::size_t size) {
  if (size <= free_frames::largest) [[likely]] {
    free_frames::block*& head = this_thread_frames.lists[(size - 1) / free_frames::granularity];
    if (free_frames::block* first = head) [[likely]] {
      head = first->next;
      return first;
    }
  }
  return allocate_new_frame(size);
}

inline void free_frame(void* block, std::size_t size) noexcept {
  if (size > free_frames::largest || !frames_are_recycled) [[unlikely]] {
    ::operator delete(block, size);
    return;
  }
  free_frames::block*& head = this_thread_frames.lists[(size - 1) / free_frames::granularity];
  head = new (block) free_frames::block{head};
}

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

#include <weft/core/frame_allocator.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WEFT_PLAIN_FRAMES 1
#endif
#endif
#ifndef WEFT_PLAIN_FRAMES
#define WEFT_PLAIN_FRAMES 0
#endif

namespace weft::detail {

#if WEFT_PLAIN_FRAMES

void* allocate_frame(std::size_t size) { return ::operator new(size); }
void free_frame(void* block, std::size_t size) noexcept { ::operator delete(block, size); }

#else

namespace {

constexpr std::size_t granularity = 16;
constexpr std::size_t largest = 1024;
constexpr std::size_t class_count = largest / granularity;
constexpr std::size_t slab_size = std::size_t{64} * 1024;

struct free_block {
  free_block* next;
};

/// What threads that have ended leave behind, and every slab ever made. Never destroyed: frames outlive static objects.
struct shared_memory {
  std::mutex mutex;
  std::array<free_block*, class_count> orphans{};
  std::vector<std::byte*> slabs;
};

shared_memory& shared() {
  static auto* memory = new shared_memory;
  return *memory;
}

/// Invariant: lists[i] holds blocks of (i + 1) * granularity bytes; [cursor, limit) is the unused rest of the newest slab.
struct thread_memory {
  std::array<free_block*, class_count> lists{};
  std::byte* cursor = nullptr;
  std::byte* limit = nullptr;
};

constinit thread_local thread_memory memory;

/// Hands the thread's free lists to the shared ones when the thread ends.
struct return_on_exit {
  return_on_exit() = default;
  return_on_exit(const return_on_exit&) = delete;
  return_on_exit& operator=(const return_on_exit&) = delete;
  ~return_on_exit() {
    const std::lock_guard guard(shared().mutex);
    for (std::size_t i = 0; i < class_count; ++i) {
      while (free_block* block = memory.lists[i]) {
        memory.lists[i] = block->next;
        block->next = shared().orphans[i];
        shared().orphans[i] = block;
      }
    }
    memory.cursor = memory.limit = nullptr;
  }
};

void* refill(std::size_t index) {
  static thread_local return_on_exit at_exit;
  static_cast<void>(at_exit);
  const std::size_t size = (index + 1) * granularity;
  if (static_cast<std::size_t>(memory.limit - memory.cursor) < size) {
    const std::lock_guard guard(shared().mutex);
    if (free_block* block = shared().orphans[index]) {
      memory.lists[index] = block->next;
      shared().orphans[index] = nullptr;
      return block;
    }
    shared().slabs.push_back(nullptr);
    shared().slabs.back() = memory.cursor = static_cast<std::byte*>(::operator new(slab_size));
    memory.limit = memory.cursor + slab_size;
  }
  void* block = memory.cursor;
  memory.cursor += size;
  return block;
}

}  // namespace

void* allocate_frame(std::size_t size) {
  if (size > largest) return ::operator new(size);
  const std::size_t index = (size - 1) / granularity;
  if (free_block* block = memory.lists[index]) [[likely]] {
    memory.lists[index] = block->next;
    return block;
  }
  return refill(index);
}

void free_frame(void* block, std::size_t size) noexcept {
  if (size > largest) {
    ::operator delete(block, size);
    return;
  }
  const std::size_t index = (size - 1) / granularity;
  auto* head = static_cast<free_block*>(block);
  head->next = memory.lists[index];
  memory.lists[index] = head;
}

#endif

}  // namespace weft::detail

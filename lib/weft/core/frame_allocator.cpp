#include <weft/core/frame_allocator.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WEFT_PLAIN_FRAMES 1
#endif
#endif

namespace weft::detail {

#ifdef WEFT_PLAIN_FRAMES
const bool frames_are_recycled = false;
#else
const bool frames_are_recycled = true;
#endif

constinit thread_local free_frames this_thread_frames;

namespace {

constexpr std::size_t slab_size = std::size_t{64} * 1024;
constexpr std::uintptr_t page_size = 4096;
/// Who has used this many slabs will use all of another one, too, and gets its pages at once: that costs less than to touch
/// them one by one.
constexpr std::size_t slabs_before_whole_ones = 16;

/// The free list of a thread that has ended, seen through its first block; a block of the smallest class has room for
/// it.
struct left_list : free_frames::block {
  left_list* other;
};
static_assert(sizeof(left_list) <= free_frames::granularity);

/// What threads that have ended leave behind, and every slab ever made. Never destroyed: frames outlive static objects.
struct shared_memory {
  std::mutex mutex;
  std::array<left_list*, free_frames::class_count> left{};
  std::vector<std::byte*> slabs;
};

shared_memory& shared() {
  static auto* memory = new shared_memory;
  return *memory;
}

std::byte* make_slab(bool whole) {
  auto* slab = static_cast<std::byte*>(::operator new(slab_size));
  if (!whole) return slab;
  const auto begin = (reinterpret_cast<std::uintptr_t>(slab) + page_size - 1) & ~(page_size - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(slab + slab_size) & ~(page_size - 1);
  // Where the system does not know this (before Linux 5.14), they are touched one by one.
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
  return slab;
}

/// The unused rest of the thread's newest slab. Hands the thread's free blocks to the shared ones when the thread ends.
struct slab_rest {
  slab_rest() = default;
  slab_rest(const slab_rest&) = delete;
  slab_rest& operator=(const slab_rest&) = delete;
  ~slab_rest() {
    const std::lock_guard guard(shared().mutex);
    for (std::size_t i = 0; i < free_frames::class_count; ++i) {
      if (free_frames::block* first = std::exchange(this_thread_frames.lists[i], nullptr)) {
        shared().left[i] = new (first) left_list{{first->next}, shared().left[i]};
      }
    }
  }

  std::byte* cursor = nullptr;
  std::byte* limit = nullptr;
};

}  // namespace

void* allocate_new_frame(std::size_t size) {
  if (size > free_frames::largest || !frames_are_recycled) return ::operator new(size);
  static thread_local slab_rest rest;
  const std::size_t index = (size - 1) / free_frames::granularity;
  const std::size_t rounded = (index + 1) * free_frames::granularity;
  if (static_cast<std::size_t>(rest.limit - rest.cursor) < rounded) {
    const std::lock_guard guard(shared().mutex);
    if (left_list* list = shared().left[index]) {
      shared().left[index] = list->other;
      this_thread_frames.lists[index] = list->next;
      return list;
    }
    shared().slabs.push_back(nullptr);
    shared().slabs.back() = rest.cursor = make_slab(shared().slabs.size() > slabs_before_whole_ones);
    rest.limit = rest.cursor + slab_size;
  }
  void* block = rest.cursor;
  rest.cursor += rounded;
  return block;
}

}  // namespace weft::detail

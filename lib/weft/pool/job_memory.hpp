#pragma once

#include <weft/core/frame_allocator.hpp>
#include <weft/pool/pool_worker.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace weft::detail {

/// Where work lives: a worker keeps the memory of some that it has done for what that posts or submits.
///
/// Threads: any; those that are no workers use operator new. Cost: some loads and a store where a worker has a block.
/// Sanitized builds use operator new throughout, so that a stale piece of work is found.
class job_memory {
 public:
  static void* operator new(std::size_t size) {
    const std::size_t rounded = round(size);
    if (this_pool_worker != nullptr) {
      for (auto& kept : this_pool_worker->kept) {
        if (kept.size == rounded) {
          kept.size = 0;
          return std::exchange(kept.block, nullptr);
        }
      }
    }
    return ::operator new(rounded);
  }
  static void operator delete(void* block, std::size_t size) noexcept {
    if (this_pool_worker != nullptr && size <= largest_kept && frames_are_recycled) {
      for (auto& kept : this_pool_worker->kept) {
        if (kept.size == 0) {
          kept = {block, round(size)};
          return;
        }
      }
    }
    ::operator delete(block);
  }
  // What asks for more than the usual alignment.
  static void* operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
  static void operator delete(void* block, std::align_val_t alignment) noexcept { ::operator delete(block, alignment); }

 protected:
  ~job_memory() = default;

 private:
  static constexpr std::size_t largest_kept = 512;
  static constexpr std::size_t round(std::size_t size) noexcept { return (size + 15) / 16 * 16; }
};

}  // namespace weft::detail

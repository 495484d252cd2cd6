#include <weft/core/frame_allocator.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace {

using weft::detail::allocate_frame;
using weft::detail::free_frame;

TEST_CASE("frame_allocator: blocks are aligned, apart from each other and writable to their last byte") {
  std::vector<std::pair<unsigned char*, std::size_t>> blocks;
  bool aligned = true;
  for (std::size_t size = 1; size <= 3000; size += 7) {
    auto* block = static_cast<unsigned char*>(allocate_frame(size));
    aligned = aligned && reinterpret_cast<std::uintptr_t>(block) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0;
    std::memset(block, static_cast<int>(size % 251), size);
    blocks.emplace_back(block, size);
  }
  CHECK(aligned);
  bool intact = true;
  for (const auto& [block, size] : blocks) {
    for (std::size_t i = 0; i < size; ++i) intact = intact && block[i] == size % 251;
    free_frame(block, size);
  }
  CHECK(intact);
}

TEST_CASE("frame_allocator: a block that was given back is the next one of its size class") {
  if (!weft::detail::frames_are_recycled) return;
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{1024}}) {
    void* first = allocate_frame(size);
    free_frame(first, size);
    void* second = allocate_frame(size);
    CHECK(second == first);
    free_frame(second, size);
  }
}

TEST_CASE("frame_allocator: live blocks never share memory, over a long random life") {
  std::mt19937 random(3);
  std::vector<std::pair<std::uint32_t*, std::size_t>> live;
  std::size_t damaged = 0;
  for (std::uint32_t step = 1; step < 20'000; ++step) {
    if (live.size() < 300 && random() % 2 == 0) {
      const std::size_t size = 4 + random() % 1200;
      auto* block = static_cast<std::uint32_t*>(allocate_frame(size));
      for (std::size_t i = 0; i < size / 4; ++i) block[i] = step;
      live.emplace_back(block, size);
    } else if (!live.empty()) {
      std::swap(live[random() % live.size()], live.back());
      const auto [block, size] = live.back();
      live.pop_back();
      for (std::size_t i = 1; i < size / 4; ++i) {
        if (block[i] != block[0]) ++damaged;
      }
      free_frame(block, size);
    }
  }
  for (const auto& [block, size] : live) free_frame(block, size);
  CHECK(damaged == 0);
}

TEST_CASE("frame_allocator: a block may be given back on another thread, and outlive the one that made it") {
  constexpr std::size_t size = 200;
  void* block = nullptr;
  std::thread([&] {
    block = allocate_frame(size);
    std::memset(block, 1, size);
    free_frame(allocate_frame(size), size);
  }).join();
  std::memset(block, 2, size);
  free_frame(block, size);
  std::thread([] { free_frame(allocate_frame(size), size); }).join();
  void* again = allocate_frame(size);
  CHECK(again != nullptr);
  free_frame(again, size);
}

TEST_CASE("frame_allocator: containers can use it") {
  std::vector<int, weft::detail::frame_allocator<int>> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  CHECK(numbers.back() == 999);
  CHECK(weft::detail::frame_allocator<int>() == weft::detail::frame_allocator<int>());
}

}  // namespace

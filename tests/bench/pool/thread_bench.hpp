// The cases of the thread pools' benchmark: the same work for every kind of pool.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

namespace bench {

inline constexpr std::size_t round_trips = 20'000;
inline constexpr std::size_t batch = 1'000;
inline constexpr std::size_t batches = 100;
inline constexpr std::size_t posts = 500'000;
inline constexpr std::size_t chains = 8;

/// Prints nanoseconds of wall time for each of `count` operations: the best of three runs of `body()`, after one that does
/// not count.
template <class F>
void measure(const char* name, std::size_t threads, std::size_t count, F body) {
  body();
  double best = 1e18;
  for (int run = 0; run < 3; ++run) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count() / static_cast<double>(count));
  }
  std::printf("{\"name\": \"%s/%zu\", \"ns\": %.2f}\n", name, threads, best);
}

/// `submit(f)` gives something with get().
template <class Submit>
void measure_submit(std::size_t threads, Submit submit) {
  measure("round_trip", threads, round_trips, [&] {
    for (std::size_t i = 0; i < round_trips; ++i) submit([i] { return i; }).get();
  });
  measure("submit_get", threads, batch * batches, [&] {
    std::vector<decltype(submit([] { return std::size_t{1}; }))> results;
    results.reserve(batch);
    for (std::size_t round = 0; round < batches; ++round) {
      for (std::size_t i = 0; i < batch; ++i) results.push_back(submit([i] { return i; }));
      for (auto& result : results) result.get();
      results.clear();
    }
  });
}

/// A piece of work that posts the next one, until `left` are done.
template <class Post>
struct chained {
  void operator()() const {
    if (--*left == 0) {
      ended->fetch_add(1);
    } else {
      (*post)(*this);
    }
  }
  Post* post;
  std::size_t* left;
  std::atomic<std::size_t>* ended;
};

template <class Post>
void measure_post(std::size_t threads, Post post) {
  measure("post", threads, posts, [&] {
    std::atomic<std::size_t> done = 0;
    for (std::size_t i = 0; i < posts; ++i) post([&done] { done.fetch_add(1, std::memory_order_relaxed); });
    while (done != posts) std::this_thread::yield();
  });
  measure("post_from_work", threads, posts, [&] {
    std::atomic<std::size_t> ended = 0;
    struct alignas(64) counter {
      std::size_t left = posts / chains;
    };
    std::vector<counter> counters(chains);
    for (auto& one : counters) post(chained<Post>{&post, &one.left, &ended});
    while (ended != chains) std::this_thread::yield();
  });
}

}  // namespace bench

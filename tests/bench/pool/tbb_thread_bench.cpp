// oneTBB's task_group has no results: they are put where the caller says, and all are waited for at once.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "thread_bench.hpp"

int main() {
  for (const std::size_t threads : {1, 2}) {
    // One place more, for the thread that submits and waits.
    const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism, threads + 1);
    oneapi::tbb::task_arena arena(static_cast<int>(threads + 1));
    arena.execute([&] {
      bench::measure("round_trip", threads, bench::round_trips, [&] {
        oneapi::tbb::task_group group;
        for (std::size_t i = 0; i < bench::round_trips; ++i) {
          std::size_t result = 0;
          group.run([&result, i] { result = i; });
          group.wait();
        }
      });
      bench::measure("submit_get", threads, bench::batch * bench::batches, [&] {
        std::vector<std::size_t> results(bench::batch);
        oneapi::tbb::task_group group;
        for (std::size_t round = 0; round < bench::batches; ++round) {
          for (std::size_t i = 0; i < bench::batch; ++i) group.run([&results, i] { results[i] = i; });
          group.wait();
        }
      });
    });
    auto post = [&](auto work) { arena.enqueue(work); };
    bench::measure_post(threads, post);
  }
}

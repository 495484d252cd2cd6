#include <weft/pool/thread_pool.hpp>

#include "thread_bench.hpp"

int main() {
  for (const std::size_t threads : {1, 2}) {
    weft::thread_pool pool({.core = threads});
    bench::measure_submit(threads, [&](auto work) { return pool.submit(work); });
    auto post = [&](auto work) { pool.post(work); };
    bench::measure_post(threads, post);
  }
}

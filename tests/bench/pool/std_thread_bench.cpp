// std::async has no pool: a thread for each piece of work.
#include <future>

#include "thread_bench.hpp"

int main() {
  bench::measure_submit(1, [](auto work) { return std::async(std::launch::async, work); });
}

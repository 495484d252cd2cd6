// Ten tasks for three processes: multiprocessing.Pool. A future for each; close() and join() as there.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int worker(int n) {
  std::this_thread::sleep_for(5ms);
  if (n == 7) throw std::invalid_argument("7 brings no luck");
  return n * n;
}

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);

  weft::process_pool pool({.workers = 3});
  std::vector<weft::future<int>> results;
  for (int n = 0; n < 10; ++n) results.push_back(pool.submit<&worker>(n));
  std::puts("----start----");
  pool.close();
  pool.join();
  for (int n = 0; n < 10; ++n) {
    try {
      std::printf("%d: %d\n", n, results[static_cast<std::size_t>(n)].get());
    } catch (const std::invalid_argument& e) {
      std::printf("%d: %s\n", n, e.what());
    }
  }
  std::puts("-----end-----");
}

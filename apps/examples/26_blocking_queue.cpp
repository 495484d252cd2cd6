// One thread puts, three take, and the queue says when everything has been dealt with: queue.Queue.

#include <atomic>
#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

int main() {
  weft::blocking_queue<int> queue(4);
  std::atomic<int> sum = 0;
  std::vector<weft::thread> workers;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&] {
      try {
        for (;;) {
          sum += queue.get();
          queue.task_done();
        }
      } catch (const weft::queue_closed&) {
        // Nothing is left, and nothing will come.
      }
    });
  }
  for (int i = 1; i <= 100; ++i) queue.put(i);
  queue.join();
  queue.close();
  try {
    queue.put(101);
  } catch (const weft::queue_closed& error) {
    std::printf("%s, the sum is %d\n", error.what(), sum.load());
  }
}

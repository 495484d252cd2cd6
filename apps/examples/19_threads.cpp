// Two threads do the same work side by side: threading.Thread. Both run while the main thread goes on; the destructor of
// a thread joins it, and join() does so before.

#include <chrono>
#include <cstdio>
#include <thread>
#include <weft/weft.hpp>

void work(const char* name) {
  for (int i = 0; i < 3; ++i) {
    std::printf("this is %s\n", name);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int main() {
  std::puts("the main thread begins");
  const weft::thread first(work, "func1");
  const weft::thread second(work, "func2");
  first.join();
  second.join();
  std::puts("the main thread ends");
}

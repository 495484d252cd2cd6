// Two threads add to one number without a lock. Each reads it, and writes back one more: what the other has written in
// between is lost. An atomic load and store each, so that the program itself is sound; it is the sum that is not.

#include <atomic>
#include <cstdio>
#include <thread>
#include <weft/weft.hpp>

std::atomic<int> number = 0;

void add(int count) {
  for (int i = 0; i < count; ++i) {
    const int seen = number.load();
    if (i % 1000 == 0) std::this_thread::yield();  // the other comes in between
    number.store(seen + 1);
  }
}

int main() {
  constexpr int count = 100'000;
  {
    const weft::thread first(add, count);
    const weft::thread second(add, count);
  }
  std::puts(number <= 2 * count ? "at most 200000, and hardly ever as much" : "impossible");
}

// The same with a lock around reading and writing: nothing is lost. The guard gives the lock up at the end of its scope,
// also when something throws.

#include <cstdio>
#include <weft/weft.hpp>

weft::lock number_lock("number");
int number = 0;

void add(int count) {
  for (int i = 0; i < count; ++i) {
    const auto held = number_lock.acquire();
    ++number;
  }
}

int main() {
  {
    const weft::thread first(add, 100'000);
    const weft::thread second(add, 100'000);
  }
  std::printf("the number is %d\n", number);
}

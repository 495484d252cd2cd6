// Two workers take turns, each saying itself where it gives way: Python's two generators driven by next().

#include <cstdio>
#include <weft/weft.hpp>

weft::task<> worker(int number) {
  for (int round = 0; round < 3; ++round) {
    std::printf("----work%d---\n", number);
    co_await weft::yield();
  }
}

weft::task<> take_turns() {
  auto first = weft::spawn(worker, 1);
  auto second = weft::spawn(worker, 2);
  co_await weft::joinall(first, second);
}

int main() { return weft::run(take_turns); }

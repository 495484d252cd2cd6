// Two tasks that name the one to run next: greenlet's switch(). An event is a task's turn.

#include <chrono>
#include <cstdio>
#include <functional>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

constexpr int rounds = 3;

weft::task<> switch_to(weft::event& other, weft::event& mine) {
  other.set();
  co_await mine.wait();
  mine.clear();
}

weft::task<> test_1(weft::event& turn_1, weft::event& turn_2) {
  for (int round = 0; round < rounds; ++round) {
    std::puts("---A--");
    co_await switch_to(turn_2, turn_1);
    co_await weft::sleep(1ms);
    std::puts("a sleep end");
  }
  turn_2.set();
}

weft::task<> test_2(weft::event& turn_1, weft::event& turn_2) {
  co_await turn_2.wait();
  turn_2.clear();
  for (int round = 0; round < rounds; ++round) {
    std::puts("---B--");
    co_await switch_to(turn_1, turn_2);
    co_await weft::sleep(1ms);
    std::puts("b sleep end");
  }
}

weft::task<> alternate() {
  weft::event turn_1;
  weft::event turn_2;
  auto first = weft::spawn(test_1, std::ref(turn_1), std::ref(turn_2));
  auto second = weft::spawn(test_2, std::ref(turn_1), std::ref(turn_2));
  co_await weft::joinall(first, second);
}

int main() { return weft::run(alternate); }

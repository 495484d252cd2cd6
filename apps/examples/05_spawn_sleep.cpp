// The same three tasks with a wait in the loop: now they take turns, as with gevent.sleep.

#include <chrono>
#include <cstdio>
#include <string>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::task<> count(std::string name, int n) {
  for (int i = 0; i < n; ++i) {
    std::printf("<%s> %d\n", name.c_str(), i);
    co_await weft::sleep(10ms);
  }
}

weft::task<> spawn_and_join() {
  auto first = weft::spawn(count, "count-1", 5);
  auto second = weft::spawn(count, "count-2", 5);
  auto third = weft::spawn(count, "count-3", 5);
  co_await first.join();
  co_await second.join();
  co_await third.join();
}

int main() { return weft::run(spawn_and_join); }

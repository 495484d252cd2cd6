// Three tasks that never wait run one after the other, not in turns: gevent.spawn and join without a sleep.

#include <cstdio>
#include <string>
#include <weft/weft.hpp>

weft::task<> count(std::string name, int n) {
  for (int i = 0; i < n; ++i) std::printf("<%s> %d\n", name.c_str(), i);
  co_return;
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

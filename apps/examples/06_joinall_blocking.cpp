// A call that blocks the thread blocks every task of the loop: gevent.joinall without monkey.patch_all(). The second
// worker gets its turn only when the first has ended.

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <weft/weft.hpp>

weft::task<> work(std::string name) {
  std::minstd_rand random(std::random_device{}());
  for (int i = 0; i < 10; ++i) {
    std::printf("%s %d\n", name.c_str(), i);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
  }
  co_return;
}

weft::task<> join_both() {
  auto first = weft::spawn(work, "work1");
  auto second = weft::spawn(work, "work2");
  co_await weft::joinall(first, second);
}

int main() { return weft::run(join_both); }

// Tasks that hand work to each other through a queue: gevent.queue and asyncio.Queue. The queue has room for two, so
// that the boss waits while the workers are behind; closing it tells them that nothing more comes.

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::task<> boss(weft::queue<int>& tasks) {
  for (int n = 1; n <= 6; ++n) {
    co_await tasks.put(n);
    std::printf("put task %d\n", n);
  }
  co_await tasks.join();
  std::puts("every task is done");
  tasks.close();
}

weft::task<> worker(std::string name, weft::queue<int>& tasks) {
  while (auto n = co_await tasks.next()) {
    co_await weft::sleep(5ms);
    std::printf("%s got task %d\n", name.c_str(), *n);
    tasks.task_done();
  }
  std::printf("%s: quitting time!\n", name.c_str());
}

weft::task<> work() {
  weft::queue<int> tasks(2);
  auto body = [&](weft::task_group& group) -> weft::task<> {
    group.spawn(worker, "steve", std::ref(tasks));
    group.spawn(worker, "john", std::ref(tasks));
    co_await boss(tasks);
  };
  co_await weft::scope(body);
}

int main() { return weft::run(work); }

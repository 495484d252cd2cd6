// Tasks of a pool that talk through a queue: what needs a Manager().Queue() in Python. Here it is the same queue.

#include <cstdio>
#include <string>
#include <weft/weft.hpp>

void writer(weft::process_queue<char> q) {
  for (const char letter : std::string("itcast")) q.put(letter);
  q.close();
}

std::string reader(weft::process_queue<char> q) {
  std::string all;
  try {
    for (;;) all += q.get();
  } catch (const weft::queue_closed&) {
    return all;
  }
}

weft::task<> work() {
  weft::process_pool pool({.workers = 2});
  weft::process_queue<char> q(2);
  auto read = pool.submit<&reader>(q);
  auto written = pool.submit<&writer>(q);
  co_await written;
  const std::string all = co_await read;
  std::printf("the reader got: %s\n", all.c_str());
}

// run() sees to it that a worker goes no further.
int main() { return weft::run(work); }

// Tasks made of different functions, collected in one list and joined together: gevent.joinall([...]).

#include <chrono>
#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::task<> func_1(int n) {
  for (int i = 0; i < n; ++i) {
    std::printf("func_1 %d\n", i);
    co_await weft::sleep(10ms);
  }
}

weft::task<> func_2(int n) {
  for (int i = 0; i < n; ++i) {
    std::printf("func_2 %d\n", i);
    co_await weft::sleep(10ms);
  }
}

weft::task<> func_3(int n) {
  for (int i = 0; i < n; ++i) {
    std::printf("func_3 %d\n", i);
    co_await weft::sleep(10ms);
  }
}

weft::task<> join_list() {
  std::vector<weft::handle<>> jobs;
  jobs.push_back(weft::spawn(func_1, 10));
  jobs.push_back(weft::spawn(func_2, 10));
  jobs.push_back(weft::spawn(func_3, 10));
  co_await weft::joinall(jobs);
}

int main() { return weft::run(join_list); }

// Five threads with names, which this_thread::name(), threads() and `top -H` show. A class with a run() becomes a
// function object: there is nothing to derive from.

#include <cstdio>
#include <string>
#include <vector>
#include <weft/weft.hpp>

struct counter {
  void operator()() const {
    for (int i = 0; i < 2; ++i) std::printf("I'm %s > %d\n", weft::this_thread::name().c_str(), i);
  }
};

int main() {
  std::vector<weft::thread> threads;
  for (int i = 1; i <= 5; ++i) threads.emplace_back(weft::thread_options{"Thread-" + std::to_string(i)}, counter());
  for (const auto& thread : threads) thread.join();
  std::printf("%zu thread is left: %s\n", weft::threads().size(), weft::threads().front().name.c_str());
}

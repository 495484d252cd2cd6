// Two processes: multiprocessing.Process. Each has memory of its own: what the first one adds to `numbers` is seen
// neither by the second one nor here.

#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

std::vector<int> numbers = {11, 22};

void show(const char* where) {
  std::printf("%s: numbers =", where);
  for (const int n : numbers) std::printf(" %d", n);
  std::puts("");
}

void work1() {
  show("in process 1");
  for (int i = 0; i < 3; ++i) numbers.push_back(i);
  show("in process 1");
}

void work2() { show("in process 2"); }

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);  // a process that is started below goes no further than this

  weft::process first;
  first.start<&work1>();
  first.join();

  weft::process second;
  second.start<&work2>();
  second.join();
  show("in main");
}

// The same two workers with weft::sleep in place of the blocking one: they mix, in an order that chance decides. This
// is what monkey.patch_all() does to a gevent program; here the wait is written where it happens.

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <weft/weft.hpp>

weft::task<> work(std::string name) {
  std::minstd_rand random(std::random_device{}());
  for (int i = 0; i < 10; ++i) {
    std::printf("%s %d\n", name.c_str(), i);
    co_await weft::sleep(std::chrono::microseconds(random() % 10'000));
  }
}

weft::task<> join_both() {
  auto first = weft::spawn(work, "work1");
  auto second = weft::spawn(work, "work2");
  co_await weft::joinall(first, second);
}

int main() { return weft::run(join_both); }

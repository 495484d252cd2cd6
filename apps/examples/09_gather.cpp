// Two tasks run together and their results come back in order: asyncio.sleep and asyncio.gather.

#include <chrono>
#include <cstdio>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

weft::task<int> func(int number) {
  std::puts("before...func......");
  co_await weft::sleep(50ms);
  std::puts("end...func......");
  co_return number* number;
}

weft::task<> gather_both() {
  auto [first, second] = co_await weft::gather(func(3), func(4));
  std::printf("%d %d\n", first, second);
}

int main() { return weft::run(gather_both); }

// A pool of threads: concurrent.futures.ThreadPoolExecutor. submit() gives a future at once, map() the results in order,
// and the destructor does what still waits.

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
#include <weft/weft.hpp>

int square(int number) {
  if (number < 0) throw std::invalid_argument(std::to_string(number) + " is negative");
  return number * number;
}

int main() {
  weft::thread_pool pool({.name = "squares", .core = 3});

  const auto one = pool.submit(square, 7);
  std::printf("7 * 7 = %d\n", one.get());

  for (const int result : pool.map(std::vector<int>{1, 2, 3, 4}, square)) std::printf("in order: %d\n", result);

  const auto bad = pool.submit(square, -1);
  try {
    std::printf("%d\n", bad.get());
  } catch (const std::invalid_argument& error) {
    std::printf("failed: %s\n", error.what());
  }

  // A task waits for the pool without holding up its loop.
  auto main_task = [&]() -> weft::task<> {
    auto result = pool.submit(square, 9);
    std::printf("9 * 9 = %d\n", co_await result);
    std::printf("8 * 8 = %d, on the default pool\n", co_await weft::blocking(square, 8));
  };
  return weft::run(main_task);
}

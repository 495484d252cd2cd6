#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>
#include <random>

// What a test program does first, where it has something to do: tests/pool starts itself again as a worker.
[[gnu::weak]] void before_tests(int argc, char** argv);

// Every run shuffles the cases, so that none comes to depend on another; the seed is printed when a run fails.
int main(int argc, char** argv) {
  if (before_tests != nullptr) before_tests(argc, argv);
  const auto seed = std::random_device{}() % 1'000'000U;
  doctest::Context context;
  context.setOption("order-by", "rand");
  context.setOption("rand-seed", static_cast<int>(seed));
  context.applyCommandLine(argc, argv);
  const int result = context.run();
  if (result != 0) std::cout << "shuffled with --rand-seed=" << seed << " unless another was given\n";
  return result;
}

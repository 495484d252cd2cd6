#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>
#include <random>

// What a test program does first, where it has something to do: tests/pool starts itself again as a worker.
[[gnu::weak]] void before_tests(int argc, char** argv);

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// libstdc++ counts the references to an exception in code that is not instrumented: the sanitizer does not see that the
// last of several threads deletes it after the others have looked at it.
extern "C" const char* __tsan_default_suppressions() { return "called_from_lib:libstdc++.so.6\n"; }
#endif
#endif

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

// A generator gives its values one at a time and returns something at its end: Python's return in a generator, which
// arrives as StopIteration.value.

#include <cstdio>
#include <optional>
#include <string>
#include <weft/weft.hpp>

// G = (x * 2 for x in range(5))
weft::generator<int> doubled(int n) {
  for (int x = 0; x < n; ++x) co_yield x * 2;
}

weft::generator<int, void, std::string> fib(int n) {
  int num1 = 0;
  int num2 = 1;
  for (int current = 0; current < n; ++current) {
    co_yield num2;
    const int sum = num1 + num2;
    num1 = num2;
    num2 = sum;
  }
  co_return "done";
}

int main() {
  auto numbers = doubled(5);
  std::printf("%d\n", *numbers.next());
  std::printf("%d\n", *numbers.next());
  for (int number : numbers) std::printf("%d\n", number);  // goes on where next() has stopped
  std::printf("at the end: %s\n", numbers.next() ? "a value" : "nothing");

  auto values = fib(5);
  while (auto value = values.next()) std::printf("value:%d\n", *value);
  std::printf("result:%s\n", values.result().c_str());
}

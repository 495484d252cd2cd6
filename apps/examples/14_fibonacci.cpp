// Fibonacci's numbers, made when they are asked for: once as an iterator that keeps its state by hand, once as a
// generator, whose state is where it stands.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <ranges>
#include <vector>
#include <weft/weft.hpp>

class fib_iterator {
 public:
  using value_type = int;
  using difference_type = std::ptrdiff_t;

  explicit fib_iterator(int n) : left_(n) {}
  int operator*() const { return num1_; }
  fib_iterator& operator++() {
    const int sum = num1_ + num2_;
    num1_ = num2_;
    num2_ = sum;
    --left_;
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const fib_iterator& at, std::default_sentinel_t) { return at.left_ == 0; }

 private:
  int left_;
  int num1_ = 0;
  int num2_ = 1;
};

auto fib_by_hand(int n) { return std::ranges::subrange(fib_iterator(n), std::default_sentinel); }

weft::generator<int> fib(int n) {
  int num1 = 0;
  int num2 = 1;
  for (int current = 0; current < n; ++current) {
    co_yield num1;
    const int sum = num1 + num2;
    num1 = num2;
    num2 = sum;
  }
}

template <class Range>
std::vector<int> to_list(Range numbers) {
  std::vector<int> list;
  for (int number : numbers) list.push_back(number);
  return list;
}

int main() {
  for (int number : fib_by_hand(10)) std::printf("%d ", number);
  std::puts("");
  for (int number : fib(10)) std::printf("%d ", number);
  std::puts("");
  std::printf("list of 15: %s\n", to_list(fib_by_hand(15)) == to_list(fib(15)) ? "the same" : "different");
  for (int number : fib(1000) | std::views::filter([](int n) { return n % 2 == 0; }) | std::views::take(5)) {
    std::printf("even: %d\n", number);
  }
}

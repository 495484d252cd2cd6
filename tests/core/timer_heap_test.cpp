#include <weft/core/timer_heap.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using weft::time_point;
using weft::detail::timer_heap;
using weft::detail::timer_node;

class plain_node final : public timer_node {
 public:
  void expire() noexcept override {}
};

time_point at(long tick) { return time_point(std::chrono::nanoseconds(tick)); }

TEST_CASE("timer_heap: gives the earliest, equal ones in the order in which they were set") {
  timer_heap heap;
  plain_node a;
  plain_node b;
  plain_node c;
  plain_node d;
  CHECK(heap.empty());
  heap.set(a, at(5));
  heap.set(b, at(3));
  heap.set(c, at(5));
  heap.set(d, at(3));
  CHECK(heap.size() == 4);
  CHECK(heap.earliest() == at(3));
  CHECK(&heap.pop() == &b);
  CHECK(&heap.pop() == &d);
  CHECK(&heap.pop() == &a);
  CHECK(c.is_armed());
  CHECK_FALSE(a.is_armed());
  heap.remove(c);
  CHECK(heap.empty());
  CHECK_FALSE(c.is_armed());
}

TEST_CASE("timer_heap: does what a sorted multimap does, over a long random life") {
  std::mt19937 random(11);
  timer_heap heap;
  std::multimap<time_point, timer_node*> expected;
  std::vector<std::unique_ptr<plain_node>> nodes;
  for (int i = 0; i < 400; ++i) nodes.push_back(std::make_unique<plain_node>());

  std::size_t wrong = 0;
  for (int step = 0; step < 50'000; ++step) {
    plain_node& node = *nodes[random() % nodes.size()];
    if (!node.is_armed()) {
      const time_point when = at(static_cast<long>(random() % 1000));
      heap.set(node, when);
      expected.emplace(when, &node);  // behind its equals
    } else if (random() % 3 == 0) {
      heap.remove(node);
      for (auto e = expected.begin(); e != expected.end(); ++e) {
        if (e->second != &node) continue;
        expected.erase(e);
        break;
      }
    } else if (random() % 2 == 0) {
      if (heap.earliest() != expected.begin()->first) ++wrong;
      if (&heap.pop() != expected.begin()->second) ++wrong;
      expected.erase(expected.begin());
    }
    if (heap.size() != expected.size()) ++wrong;
  }
  while (!expected.empty()) {
    if (&heap.pop() != expected.begin()->second) ++wrong;
    expected.erase(expected.begin());
  }
  CHECK(wrong == 0);
  CHECK(heap.empty());
}

}  // namespace

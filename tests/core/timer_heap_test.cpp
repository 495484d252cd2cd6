#include <weft/core/timer_heap.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <utility>
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

/// Notes that it expired, and takes another one out of the heap.
class removing_node final : public timer_node {
 public:
  void expire() noexcept override {
    log->push_back(number);
    if (victim != nullptr && victim->is_armed()) heap->remove(*victim);
  }

  timer_heap* heap = nullptr;
  std::vector<int>* log = nullptr;
  removing_node* victim = nullptr;
  int number = 0;
};

TEST_CASE("timer_heap: many that are due at once expire in order, without those that one before them removes") {
  constexpr int count = 5000;
  std::mt19937 random(3);
  timer_heap heap;
  std::vector<int> log;
  std::vector<removing_node> nodes(count);
  std::vector<std::pair<long, int>> expected;
  for (int i = 0; i < count; ++i) {
    auto& node = nodes[static_cast<std::size_t>(i)];
    node.heap = &heap;
    node.log = &log;
    node.number = i;
    const long when = static_cast<long>(random() % 1000);
    heap.set(node, at(when));
    expected.emplace_back(when, i);
  }
  std::sort(expected.begin(), expected.end());
  // Every tenth in the order of expiry removes the one behind it; deadlines above 800 are not due.
  std::vector<int> left;
  for (std::size_t i = 0; i + 1 < expected.size(); i += 10) {
    nodes[static_cast<std::size_t>(expected[i].second)].victim =
        &nodes[static_cast<std::size_t>(expected[i + 1].second)];
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i % 10 != 1 && expected[i].first <= 800) left.push_back(expected[i].second);
  }
  heap.expire_until(at(800));
  CHECK(log == left);
  CHECK(heap.earliest() > at(800));
  std::size_t in_order = 0;
  for (time_point last = at(0); !heap.empty(); ++in_order) {
    const time_point next = heap.earliest();
    REQUIRE(next >= last);
    last = next;
    static_cast<void>(heap.pop());
  }
  CHECK(in_order > 900);
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

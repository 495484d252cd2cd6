#include <weft/core/timer_queue.hpp>

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
using weft::detail::timer_node;
using weft::detail::timer_queue;

class plain_node final : public timer_node {
 public:
  void expire() noexcept override {}
};

time_point at(long tick) { return time_point(std::chrono::nanoseconds(tick)); }

TEST_CASE("timer_queue: gives the earliest, equal ones in the order in which they were set") {
  timer_queue timers;
  plain_node a;
  plain_node b;
  plain_node c;
  plain_node d;
  CHECK(timers.empty());
  timers.set(a, at(5));
  timers.set(b, at(3));
  timers.set(c, at(5));
  timers.set(d, at(3));
  CHECK(timers.size() == 4);
  CHECK(timers.earliest() == at(3));
  CHECK(&timers.pop() == &b);
  CHECK(&timers.pop() == &d);
  CHECK(&timers.pop() == &a);
  CHECK(c.is_armed());
  CHECK_FALSE(a.is_armed());
  timers.remove(c);
  CHECK(timers.empty());
  CHECK_FALSE(c.is_armed());
}

/// Notes that it expired, and takes another one out of the timers.
class removing_node final : public timer_node {
 public:
  void expire() noexcept override {
    log->push_back(number);
    if (victim != nullptr && victim->is_armed()) timers->remove(*victim);
  }

  timer_queue* timers = nullptr;
  std::vector<int>* log = nullptr;
  removing_node* victim = nullptr;
  int number = 0;
};

TEST_CASE("timer_queue: many that are due at once expire in order, without those that one before them removes") {
  constexpr int count = 5000;
  std::mt19937 random(3);
  timer_queue timers;
  std::vector<int> log;
  std::vector<removing_node> nodes(count);
  std::vector<std::pair<long, int>> expected;
  for (int i = 0; i < count; ++i) {
    auto& node = nodes[static_cast<std::size_t>(i)];
    node.timers = &timers;
    node.log = &log;
    node.number = i;
    const long when = static_cast<long>(random() % 1000);
    timers.set(node, at(when));
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
  timers.expire_until(at(800), count);
  CHECK(log == left);
  CHECK(timers.earliest() > at(800));
  std::size_t in_order = 0;
  for (time_point last = at(0); !timers.empty(); ++in_order) {
    const time_point next = timers.earliest();
    REQUIRE(next >= last);
    last = next;
    static_cast<void>(timers.pop());
  }
  CHECK(in_order > 900);
}

TEST_CASE("timer_queue: does what a sorted multimap does, over a long random life") {
  std::mt19937 random(11);
  timer_queue timers;
  std::multimap<time_point, timer_node*> expected;
  std::vector<std::unique_ptr<plain_node>> nodes;
  for (int i = 0; i < 400; ++i) nodes.push_back(std::make_unique<plain_node>());

  std::size_t wrong = 0;
  for (int step = 0; step < 50'000; ++step) {
    plain_node& node = *nodes[random() % nodes.size()];
    if (!node.is_armed()) {
      const time_point when = at(static_cast<long>(random() % 1000));
      timers.set(node, when);
      expected.emplace(when, &node);  // behind its equals
    } else if (random() % 3 == 0) {
      timers.remove(node);
      for (auto e = expected.begin(); e != expected.end(); ++e) {
        if (e->second != &node) continue;
        expected.erase(e);
        break;
      }
    } else if (random() % 2 == 0) {
      if (timers.earliest() != expected.begin()->first) ++wrong;
      if (&timers.pop() != expected.begin()->second) ++wrong;
      expected.erase(expected.begin());
    }
    if (timers.size() != expected.size()) ++wrong;
  }
  while (!expected.empty()) {
    if (&timers.pop() != expected.begin()->second) ++wrong;
    expected.erase(expected.begin());
  }
  CHECK(wrong == 0);
  CHECK(timers.empty());
}

/// Delays from nothing to days, most of them short.
weft::duration some_delay(std::mt19937& random) {
  return weft::duration(random() % (std::uint64_t{1} << (random() % 48)));
}

TEST_CASE("timer_queue: does what a sorted multimap does with thousands that are near and far, while time passes") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    timer_queue timers;
    std::multimap<time_point, timer_node*> expected;
    std::vector<std::unique_ptr<plain_node>> nodes;
    for (int i = 0; i < 6000; ++i) nodes.push_back(std::make_unique<plain_node>());
    std::map<timer_node*, std::multimap<time_point, timer_node*>::iterator> armed;
    time_point now = at(1'000'000'000'000);

    std::size_t wrong = 0;
    std::size_t most = 0;
    for (int step = 0; step < 200'000; ++step) {
      plain_node& node = *nodes[random() % nodes.size()];
      const auto action = random() % 8;
      if (!node.is_armed() && action < 6) {
        const time_point when = now + some_delay(random);
        timers.set(node, when);
        armed[&node] = expected.emplace(when, &node);
      } else if (node.is_armed() && action < 2) {
        timers.remove(node);
        expected.erase(armed[&node]);
      } else if (action == 7 && !expected.empty()) {
        const auto first = expected.begin();
        now = std::max(now, timers.earliest());
        if (timers.earliest() != first->first || &timers.pop() != first->second) ++wrong;
        expected.erase(first);
      }
      if (timers.size() != expected.size() || timers.empty() != expected.empty()) ++wrong;
      most = std::max(most, timers.size());
    }
    while (!expected.empty()) {
      if (&timers.pop() != expected.begin()->second) ++wrong;
      expected.erase(expected.begin());
    }
    CHECK(wrong == 0);
    CHECK(most > 2000);
    CHECK(timers.empty());
  }
}

TEST_CASE("timer_queue: thousands over a long time expire in order, each in its turn") {
  std::mt19937 random(5);
  timer_queue timers;
  std::vector<int> log;
  std::vector<removing_node> nodes(20'000);
  std::vector<std::pair<time_point, int>> expected;
  const time_point start = at(77'000'000'000);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].log = &log;
    nodes[i].number = static_cast<int>(i);
    const time_point when = start + some_delay(random);
    timers.set(nodes[i], when);
    expected.emplace_back(when, static_cast<int>(i));
  }
  std::ranges::sort(expected);  // equal deadlines by number, as they were set
  for (weft::duration passed{1}; !timers.empty(); passed *= 3) {
    timers.expire_until(start + passed, 1'000'000);
    const auto due = std::ranges::count_if(expected, [&](const auto& e) { return e.first <= start + passed; });
    REQUIRE(std::ssize(log) == due);
  }
  CHECK(std::ranges::equal(log, expected, {}, {}, &std::pair<time_point, int>::second));
}

}  // namespace

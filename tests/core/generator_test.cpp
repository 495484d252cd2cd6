#include <weft/core/generator.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using core_test::tracker;
using weft::generator;

generator<int> count_to(int last) {
  for (int i = 1; i <= last; ++i) co_yield i;
}

generator<int, void, std::string> fibonacci(int count) {
  int a = 0;
  int b = 1;
  for (int i = 0; i < count; ++i) {
    co_yield b;
    const int next = a + b;
    a = b;
    b = next;
  }
  co_return std::string("done");
}

generator<std::string, int> consumer(std::vector<int>& received) {
  std::string answer;
  for (;;) {
    const int n = co_yield answer;
    if (n == 0) co_return;
    received.push_back(n);
    answer = "200 OK";
  }
}

generator<int> tracked(int& alive, int values) {
  const tracker local(alive);
  for (int i = 0; i < values; ++i) co_yield i;
}

generator<int> fail_after(int values) {
  for (int i = 0; i < values; ++i) co_yield i;
  throw std::runtime_error("no more");
}

TEST_CASE("generator: range-for gives every value in order") {
  std::vector<int> seen;
  for (const int x : count_to(4)) seen.push_back(x);
  CHECK(seen == std::vector{1, 2, 3, 4});
  for (const int x : count_to(0)) FAIL_CHECK("a value where there is none: " << x);
}

TEST_CASE("generator: next gives a value at a time, then nothing, ever after") {
  auto g = count_to(2);
  CHECK(g.next() == 1);
  CHECK(g.next() == 2);
  CHECK_FALSE(g.is_done());
  CHECK(g.next() == std::nullopt);
  CHECK(g.is_done());
  CHECK(g.next() == std::nullopt);
  CHECK(generator<int>().next() == std::nullopt);
}

TEST_CASE("generator: nothing of the body runs before the first value is asked for") {
  int alive = 0;
  auto g = tracked(alive, 3);
  CHECK(alive == 0);
  CHECK(g.next() == 0);
  CHECK(alive == 1);
}

TEST_CASE("generator: range-for goes on where next has stopped") {
  auto g = count_to(4);
  CHECK(g.next() == 1);
  std::vector<int> rest;
  for (const int x : g) rest.push_back(x);
  CHECK(rest == std::vector{2, 3, 4});
}

TEST_CASE("generator: what the body returns is the result, once it has ended") {
  auto g = fibonacci(6);
  std::vector<int> seen;
  CHECK_THROWS_AS(static_cast<void>(g.result()), std::logic_error);
  while (const auto x = g.next()) seen.push_back(*x);
  CHECK(seen == std::vector{1, 1, 2, 3, 5, 8});
  CHECK(g.result() == "done");
}

TEST_CASE("generator: what is sent is what the co_yield gives; the answer is the next value") {
  std::vector<int> received;
  auto c = consumer(received);
  CHECK(c.next() == "");
  for (int n = 1; n <= 3; ++n) CHECK(c.send(n) == "200 OK");
  CHECK(received == std::vector{1, 2, 3});
  CHECK(c.send(0) == std::nullopt);
  CHECK(c.is_done());
  CHECK(c.send(7) == std::nullopt);
}

TEST_CASE("generator: next sends an empty value where there is one, and is refused where there is none") {
  auto echo = []() -> generator<int, std::optional<int>> {
    int last = -1;
    for (;;) last = (co_yield last).value_or(-2);
  };
  auto g = echo();
  CHECK(g.next() == -1);
  CHECK(g.send(5) == 5);
  CHECK(g.next() == -2);
  struct number {
    explicit number(int n) : value(n) {}
    int value;
  };
  auto add = []() -> generator<int, number> {
    int sum = 0;
    for (;;) {
      const number n = co_yield sum;
      sum += n.value;
    }
  };
  auto sum = add();
  CHECK(sum.next() == 0);
  CHECK(sum.send(number(3)) == 3);
  CHECK_THROWS_AS(static_cast<void>(sum.next()), std::logic_error);
  CHECK(sum.is_done());
}

TEST_CASE("generator: send before the first value is refused, and does no harm") {
  std::vector<int> received;
  auto c = consumer(received);
  CHECK_THROWS_AS(c.send(1), std::logic_error);
  CHECK(c.next() == "");
  CHECK(c.send(2) == "200 OK");
  CHECK(received == std::vector{2});
}

TEST_CASE("generator: what the body throws comes out of the step that met it, and ends the generator") {
  auto g = fail_after(1);
  CHECK(g.next() == 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(g.next()), "no more", std::runtime_error);
  CHECK(g.is_done());
  CHECK(g.next() == std::nullopt);
  int seen = 0;
  auto loop = [&] {
    for (const int x : fail_after(2)) seen += x + 1;
  };
  CHECK_THROWS_AS(loop(), std::runtime_error);
  CHECK(seen == 3);
}

TEST_CASE("generator: dropped early, the locals of the body are destroyed, wherever it stands") {
  int alive = 0;
  {
    auto never_begun = tracked(alive, 3);
  }
  CHECK(alive == 0);
  {
    auto g = tracked(alive, 3);
    static_cast<void>(g.next());
    auto moved = std::move(g);
    CHECK(alive == 1);
    CHECK(moved.next() == 1);
    moved = tracked(alive, 1);
    CHECK(alive == 0);
  }
  for (const int x : tracked(alive, 9)) {
    if (x == 4) break;
  }
  CHECK(alive == 0);
}

TEST_CASE("generator: values that can only be moved come out of next and of send") {
  auto make = []() -> generator<std::unique_ptr<int>, std::unique_ptr<int>, std::unique_ptr<int>> {
    auto got = co_yield std::make_unique<int>(1);
    co_return std::move(got);
  };
  auto g = make();
  const auto first = g.next();
  REQUIRE(first);
  CHECK(**first == 1);
  CHECK_FALSE(g.send(std::make_unique<int>(2)));
  CHECK(*g.result() == 2);
}

TEST_CASE("generator: is a view") {
  auto even = [](int x) { return x % 2 == 0; };
  std::vector<int> seen;
  for (const int x : count_to(100) | std::views::filter(even) | std::views::take(3)) seen.push_back(x);
  CHECK(seen == std::vector{2, 4, 6});
}

}  // namespace

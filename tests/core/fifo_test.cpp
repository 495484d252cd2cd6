#include <weft/core/fifo.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using weft::detail::fifo;

struct element : weft::detail::fifo_hook {
  explicit element(int n) : number(n) {}
  int number;
};

std::vector<int> numbers(const fifo<element>& list) {
  std::vector<int> all;
  for (const element* e = list.front(); e != nullptr; e = list.after(*e)) all.push_back(e->number);
  return all;
}

TEST_CASE("fifo: elements leave in the order in which they came") {
  fifo<element> list;
  element a(1);
  element b(2);
  element c(3);
  CHECK(list.empty());
  CHECK(list.pop_front() == nullptr);
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  CHECK(numbers(list) == std::vector{1, 2, 3});
  CHECK(list.pop_front() == &a);
  CHECK(list.pop_front() == &b);
  CHECK(list.pop_front() == &c);
  CHECK(list.empty());
}

TEST_CASE("fifo: any element can leave, and come back at the end") {
  element a(1);
  element b(2);
  element c(3);
  for (element* leaver : {&a, &b, &c}) {
    fifo<element> list;
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    list.erase(*leaver);
    CHECK_FALSE(fifo<element>::is_linked(*leaver));
    CHECK(numbers(list).size() == 2);
    list.push_back(*leaver);
    CHECK(fifo<element>::is_linked(*leaver));
    CHECK(numbers(list).back() == leaver->number);
    while (list.pop_front() != nullptr) {
    }
  }
}

TEST_CASE("fifo: the only element is its own neighbour and leaves an empty list") {
  fifo<element> list;
  element a(1);
  list.push_back(a);
  CHECK(fifo<element>::is_linked(a));
  CHECK(list.front() == &a);
  CHECK(list.after(a) == nullptr);
  list.erase(a);
  CHECK(list.empty());
  CHECK_FALSE(fifo<element>::is_linked(a));
}

}  // namespace

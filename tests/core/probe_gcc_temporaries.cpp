// GCC bugs 107288 (aggregates), 95599 (references to temporaries) and their kin: temporaries inside a full expression
// with co_await. Rules: an aggregate gets a name first, and so does what `?:` or a braced list makes.
#include "probe_gcc_witness.hpp"

#include <optional>
#include <vector>

namespace {

using namespace gcc_probe;

struct aggregate {
  witness w;
  int number = 0;
};

struct trivial_options {
  int size = 1;
  std::optional<int> limit = {};
};

class with_constructor {
 public:
  with_constructor(witness w, int number) : w_(std::move(w)), number_(number) {}
  [[nodiscard]] int sum() const { return w_.value() + number_; }

 private:
  witness w_;
  int number_;
};

task<int> sum_of(aggregate a) {
  co_await weft::yield();
  co_return a.w.value() + a.number;
}

task<int> sum_of_class(with_constructor a) {
  co_await weft::yield();
  co_return a.sum();
}

task<int> sum_of_options(trivial_options options) {
  co_await weft::yield();
  co_return options.size + options.limit.value_or(0);
}

task<int> size_by_reference(const std::string& text) {
  co_await weft::yield();
  co_return static_cast<int>(text.size());
}

task<int> value_by_reference(const witness& w) {
  co_await weft::yield();
  co_return w.value();
}

task<std::size_t> length_of(std::vector<std::string> list) {
  co_await weft::yield();
  co_return list.size();
}

aggregate make_aggregate(int number) { return {witness(1), number}; }

TEST_CASE("compiler: a named aggregate may be passed to an awaited coroutine") {
  run_probe([]() -> task<> {
    const aggregate named{witness(1), 2};
    const int result = co_await sum_of(named);
    CHECK(result == 3);
  });
}

TEST_CASE("compiler: an aggregate from a function may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    const int returned = co_await sum_of(make_aggregate(4));
    CHECK(returned == 5);
  });
}

TEST_CASE("compiler: a class with a constructor may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    const int result = co_await sum_of_class(with_constructor(witness(1), 2));
    CHECK(result == 3);
  });
}

TEST_CASE("compiler: an aggregate of trivial members may be a temporary of an awaited call") {
  run_probe([]() -> task<> {
    const int designated = co_await sum_of_options(trivial_options{.size = 2, .limit = 3});
    CHECK(designated == 5);
    const int braces = co_await sum_of_options({.size = 4});
    CHECK(braces == 4);
    const int empty = co_await sum_of_options({});
    CHECK(empty == 1);
  });
}

TEST_CASE("compiler: a temporary bound to a reference parameter lives until the awaited coroutine has ended") {
  run_probe([]() -> task<> {
    const int size = co_await size_by_reference(long_text + "!");
    CHECK(size == static_cast<int>(long_text.size()) + 1);
    const int value = co_await value_by_reference(witness(3));
    CHECK(value == 3);
  });
}

TEST_CASE("compiler: temporaries with destructors may be arguments by value") {
  run_probe([]() -> task<> {
    const int value = co_await value_of(witness(3));
    CHECK(value == 3);
    const int size = co_await size_of(long_text + "!");
    CHECK(size == static_cast<int>(long_text.size()) + 1);
    const int sum = co_await value_of(witness(1)) + co_await value_of(witness(2));
    CHECK(sum == 3);
  });
}

TEST_CASE("compiler: the choice between two objects is safe once it has a name") {
  run_probe([]() -> task<> {
    for (const bool first : {false, true}) {
      const std::string chosen = first ? std::string("first") : long_text;
      const int size = co_await size_of(chosen);
      CHECK(size == (first ? 5 : static_cast<int>(long_text.size())));
    }
  });
}

TEST_CASE("compiler: the choice between two numbers may stand inside of an awaited call") {
  run_probe([]() -> task<> {
    for (const bool first : {false, true}) {
      const int result = co_await sum_of_options(trivial_options{.size = first ? 1 : 2});
      CHECK(result == (first ? 1 : 2));
    }
  });
}

TEST_CASE("compiler: a braced list is safe once it has a name") {
  run_probe([]() -> task<> {
    const std::vector<std::string> list{"a", long_text};
    const std::size_t length = co_await length_of(list);
    CHECK(length == 2);
  });
}

#if WEFT_PROBE_WHOLE_STANDARD
TEST_CASE("compiler: aggregates, braced lists and choices may be temporaries of an awaited call") {
  run_probe([]() -> task<> {
    const int sum = co_await sum_of(aggregate{witness(1), 2});  // g++ 12 destroys the members twice
    CHECK(sum == 3);
    const int parentheses = co_await sum_of(aggregate(witness(2), 5));  // the same
    CHECK(parentheses == 7);
    const aggregate both{witness(co_await value_of(witness(1))), co_await value_of(witness(2))};  // the same
    CHECK(both.w.value() + both.number == 3);
    const std::size_t length = co_await length_of({"a", long_text});  // "array used as initializer"
    CHECK(length == 2);
    for (const bool first : {false, true}) {
      const int size = co_await size_of(first ? std::string("first") : long_text);  // destroyed twice
      CHECK(size == (first ? 5 : static_cast<int>(long_text.size())));
    }
  });
}
#endif

}  // namespace

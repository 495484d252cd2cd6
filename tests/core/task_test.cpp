#include <weft/core/task.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

struct no_default {
  explicit no_default(int n) : number(n) {}
  int number;
};

TEST_CASE("task: awaiting it gives its value or rethrows its exception") {
  run_test([]() -> task<> {
    const int number = co_await give(42);
    CHECK(number == 42);
    const std::string text = co_await give(std::string("text"));
    CHECK(text == "text");
    const std::string failure = co_await outcome_of(fail_with("boom"));
    CHECK(failure == "boom");
  });
}

TEST_CASE("task: a result need be neither copyable nor default constructible") {
  run_test([]() -> task<> {
    auto make_unique = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const std::unique_ptr<int> owned = co_await make_unique();
    CHECK(*owned == 7);
    auto make_plain = []() -> task<no_default> { co_return no_default(8); };
    const no_default plain = co_await make_plain();
    CHECK(plain.number == 8);
    auto make_pair = []() -> task<std::pair<int, std::string>> { co_return {1, "one"}; };
    const auto pair = co_await make_pair();
    CHECK(pair == std::pair<int, std::string>(1, "one"));
  });
}

TEST_CASE("task: the body starts when it is awaited, not before") {
  bool started = false;
  run_test([&]() -> task<> {
    auto body = [&]() -> task<> {
      started = true;
      co_return;
    };
    task<> made = body();
    CHECK(static_cast<bool>(made));
    CHECK_FALSE(started);
    co_await std::move(made);
    CHECK(started);
    CHECK_FALSE(static_cast<bool>(made));
  });
}

TEST_CASE("task: one that is dropped without being awaited never runs and frees its arguments") {
  int alive = 0;
  bool started = false;
  auto body = [&](tracker) -> task<> {
    started = true;
    co_return;
  };
  {
    const task<> dropped = body(tracker(alive));
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
  run_test([&]() -> task<> {
    static_cast<void>(body(tracker(alive)));
    co_await weft::yield();
    CHECK(alive == 0);
  });
  CHECK_FALSE(started);
}

TEST_CASE("task: moving hands the coroutine over") {
  int alive = 0;
  auto body = [](tracker) -> task<> { co_return; };
  task<> first = body(tracker(alive));
  task<> second = std::move(first);
  CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move): what the test is about
  first = body(tracker(alive));
  CHECK(alive == 2);
  first = std::move(second);
  CHECK(alive == 1);
  first.swap(second);
  CHECK(static_cast<bool>(second));
}

TEST_CASE("task: arguments and locals are gone before the awaiting coroutine goes on") {
  int alive = 0;
  run_test([&]() -> task<> {
    auto body = [&](tracker) -> task<> {
      const tracker local(alive);
      co_await weft::yield();
      CHECK(alive >= 2);
    };
    co_await body(tracker(alive));
    CHECK(alive == 0);
  });
}

TEST_CASE("task: an exception unwinds every coroutine between the throw and the catch") {
  int alive = 0;
  struct nest {
    static task<> descend(int& alive, int depth) {
      const tracker local(alive);
      if (depth == 0) {
        co_await fail_with("at the bottom");
      } else {
        co_await descend(alive, depth - 1);
      }
    }
  };
  run_test([&]() -> task<> {
    const std::string failure = co_await outcome_of(nest::descend(alive, 100));
    CHECK(failure == "at the bottom");
    CHECK(alive == 0);
  });
}

TEST_CASE("task: a destructor that runs while an exception unwinds may throw and catch one of its own") {
  struct cleaner {
    std::string& caught;
    ~cleaner() {
      try {
        throw std::runtime_error("inner");
      } catch (const std::runtime_error& e) {
        caught = e.what();
      }
    }
  };
  std::string inner;
  run_test([&]() -> task<> {
    auto body = [&]() -> task<> {
      const cleaner local{inner};
      co_await weft::yield();
      co_await fail_with("outer");
    };
    const std::string outer = co_await outcome_of(body());
    CHECK(outer == "outer");
    CHECK(inner == "inner");
  });
}

TEST_CASE("task: an exception caught in one task does not leak into another that runs in between") {
  run_test([]() -> task<> {
    auto thrower = [](int n) -> task<int> {
      int caught = 0;
      for (int i = 0; i < 10; ++i) {
        try {
          co_await weft::yield();
          throw n;
        } catch (int value) {
          caught += value;
        }
        CHECK(std::current_exception() == nullptr);
      }
      co_return caught;
    };
    auto one = weft::spawn(thrower, 1);
    auto two = weft::spawn(thrower, 2);
    const int sum_one = co_await one;
    const int sum_two = co_await two;
    CHECK(sum_one == 10);
    CHECK(sum_two == 20);
  });
}

TEST_CASE("task: temporaries passed by reference to an awaited task live as long as it") {
  run_test([]() -> task<> {
    auto length = [](const std::string& text) -> task<std::size_t> {
      co_await weft::yield();
      co_return text.size();
    };
    const std::size_t size = co_await length(std::string(100, 'x'));
    CHECK(size == 100);
  });
}

}  // namespace

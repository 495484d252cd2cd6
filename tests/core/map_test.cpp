#include <weft/core/map.hpp>

#include "support.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/generator.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <ranges>

namespace {

using namespace core_test;
using weft::map_options;
using weft::task;

/// Counts what runs at the same time.
struct gauge {
  int running = 0;
  int most = 0;
  int begun = 0;
  [[nodiscard]] auto begin() {
    most = std::max(most, ++running);
    ++begun;
    return weft::scope_exit([this] { --running; });
  }
  task<int> work(int value, int turns) {
    const auto end = begin();
    for (int i = 0; i < turns; ++i) co_await weft::yield();
    co_return value;
  }
  task<> rest() {
    const auto end = begin();
    co_await weft::sleep(24h);
  }
};

weft::generator<int> numbers(int count, int* made) {
  for (int i = 0; i < count; ++i) {
    ++*made;
    co_yield i;
  }
}

TEST_CASE("map: gives the results in the order of the range, whatever the order of the ends") {
  run_simulated_test([]() -> task<> {
    const std::vector<int> turns{5, 1, 3};
    auto f = [](int n) -> task<std::string> {
      for (int i = 0; i < n; ++i) co_await weft::yield();
      co_return std::to_string(n);
    };
    const std::vector<std::string> results = co_await weft::map(turns, f);
    CHECK(results == std::vector<std::string>{"5", "1", "3"});
    const auto none = co_await weft::map(std::vector<int>(), f);
    CHECK(none.empty());
  });
}

TEST_CASE("map: no more than the limit run at the same time, and no more is asked of a generator") {
  run_simulated_test([]() -> task<> {
    gauge g;
    int made = 0;
    int made_at_first_end = 0;
    auto f = [&](int n) -> task<int> {
      const int value = co_await g.work(n, 3);
      if (made_at_first_end == 0) made_at_first_end = made;
      co_return value;
    };
    map_options options;
    options.limit = 4;
    const std::vector<int> results = co_await weft::map(numbers(20, &made), f, options);
    CHECK(g.most == 4);
    CHECK(made == 20);
    CHECK(made_at_first_end <= 5);
    std::vector<int> expected(20);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(results == expected);
  });
}

TEST_CASE("map: the first failure cancels the others, which have ended when it is thrown") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int n) -> task<> {
      if (n == 2) co_await fail_after_turns(2, "broken");
      co_await g.work(n, 1'000'000);
    };
    const std::string outcome = co_await outcome_of(weft::map(std::views::iota(0, 5), f));
    CHECK(outcome == "broken");
    CHECK(g.begun == 4);
    CHECK(g.running == 0);
  });
}

TEST_CASE("map: a kill of the caller, and a timeout around it, reach every element") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int) -> task<> { return g.rest(); };
    auto work = [&]() -> task<> { co_await weft::map(std::views::iota(0, 50), f); };
    const std::string outcome = co_await outcome_of(weft::timeout(1h, work));
    CHECK(outcome == "timed out");
    CHECK(g.begun == 16);
    CHECK(g.running == 0);
  });
}

TEST_CASE("map: elements that cannot be copied are moved into the calls; a failure of the range is thrown") {
  run_simulated_test([]() -> task<> {
    std::vector<std::unique_ptr<int>> values;
    values.push_back(std::make_unique<int>(1));
    values.push_back(std::make_unique<int>(2));
    auto f = [](std::unique_ptr<int> value) -> task<std::unique_ptr<int>> { co_return value; };
    const auto back = co_await weft::map(std::move(values), f);
    REQUIRE(back.size() == 2);
    CHECK(*back[1] == 2);
    auto breaks = []() -> weft::generator<int> {
      co_yield 1;
      throw std::runtime_error("no more");
    };
    auto waits = [](int) -> task<> { co_await weft::sleep(1h); };
    const std::string outcome = co_await outcome_of(weft::map(breaks(), waits));
    CHECK(outcome == "no more");
    map_options none;
    none.limit = 0;
    const std::vector<int> one{1};
    const std::string refused = co_await outcome_of(weft::map(one, waits, none));
    CHECK(refused == "a task group needs room for at least one task");
  });
}

TEST_CASE("map_unordered: gives the results in the order of the ends") {
  run_simulated_test([]() -> task<> {
    const std::vector<int> turns{5, 1, 3};
    auto f = [](int n) -> task<int> { return after_turns(n, n); };
    auto results = weft::map_unordered(turns, f);
    std::vector<int> order;
    while (auto r = co_await results.next()) order.push_back(*r);
    CHECK(order == std::vector<int>{1, 3, 5});
    const auto end = co_await results.next();
    CHECK_FALSE(end);
  });
}

TEST_CASE("map_unordered: what runs and what waits to be taken stay within the limit") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int n) -> task<int> { return g.work(n, 1); };
    map_options options;
    options.limit = 3;
    auto results = weft::map_unordered(std::views::iota(0, 10), f, options);
    int taken = 0;
    while (auto r = co_await results.next()) {
      ++taken;
      for (int i = 0; i < 10; ++i) co_await weft::yield();
      CHECK(g.begun <= taken + 3);
    }
    CHECK(taken == 10);
    CHECK(g.most == 3);
  });
}

TEST_CASE("map_unordered: the first failure ends the others, which have ended when it is thrown") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int n) -> task<int> { return n == 2 ? fail_after_turns(2, "broken") : g.work(n, 1'000'000); };
    auto results = weft::map_unordered(std::views::iota(0, 5), f);
    const std::string outcome = co_await outcome_of(results.next());
    CHECK(outcome == "broken");
    CHECK(g.begun == 4);
    CHECK(g.running == 0);
    const auto end = co_await results.next();
    CHECK_FALSE(end);
  });
}

TEST_CASE("map_unordered: close ends the tasks and waits for them") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int n) -> task<int> { return g.work(n, n == 0 ? 1 : 1'000'000); };
    auto results = weft::map_unordered(std::views::iota(0, 5), f);
    const auto first = co_await results.next();
    CHECK(first == 0);
    CHECK(g.running == 4);
    co_await results.close();
    CHECK(g.running == 0);
  });
}

TEST_CASE("map_unordered: dropped early it kills the tasks, which end soon and keep f alive until then") {
  int alive = 0;
  auto main = [&]() -> task<> {
    auto g = std::make_shared<gauge>();
    const std::weak_ptr<gauge> watched = g;
    {
      auto f = [g, t = tracker(alive)](int n) -> task<int> { return g->work(n, n == 0 ? 1 : 1'000'000); };
      auto results = weft::map_unordered(std::views::iota(0, 5), std::move(f));
      g.reset();
      const auto first = co_await results.next();
      CHECK(first == 0);
    }
    CHECK_FALSE(watched.expired());
    while (!watched.expired()) co_await weft::yield();
  };
  run_simulated_test(main);
  CHECK(alive == 0);
}

TEST_CASE("map_unordered: tasks of a group are joined by its scope, and their failures do not cancel it") {
  run_simulated_test([]() -> task<> {
    gauge g;
    auto f = [&](int n) -> task<int> { return n == 0 ? fail_after_turns(1, "broken") : g.work(n, 1'000'000); };
    auto body = [&](weft::task_group& group) -> task<> {
      {
        auto results = weft::map_unordered(group, std::views::iota(0, 4), f);
        const std::string outcome = co_await outcome_of(results.next());
        CHECK(outcome == "broken");
      }
      auto ok = [&](int n) -> task<int> { return g.work(n, n == 0 ? 1 : 1'000'000); };
      auto results = weft::map_unordered(group, std::views::iota(0, 4), ok);
      const auto first = co_await results.next();
      CHECK(first == 0);
      CHECK(group.size() == 3);
      results = {};
    };
    co_await weft::scope(body);
    CHECK(g.running == 0);
  });
}

TEST_CASE("map_unordered: a killed caller gets its kill when the tasks have ended") {
  run_simulated_test([]() -> task<> {
    gauge g;
    int running_after = -1;
    auto f = [&](int n) -> task<int> { return g.work(n, 1'000'000); };
    auto iterate = [&]() -> task<> {
      auto results = weft::map_unordered(std::views::iota(0, 4), f);
      std::exception_ptr error;
      try {
        co_await results.next();
      } catch (...) {
        error = std::current_exception();
      }
      running_after = g.running;
      std::rethrow_exception(error);
    };
    const auto h = weft::spawn(iterate);
    for (int i = 0; i < 3; ++i) co_await weft::yield();
    co_await h.kill_join();
    CHECK(h.killed());
    CHECK(running_after == 0);
  });
}

TEST_CASE("map_unordered: functions that give nothing") {
  run_simulated_test([]() -> task<> {
    int count = 0;
    auto f = [&](int) -> task<> {
      ++count;
      co_return;
    };
    auto results = weft::map_unordered(std::vector<int>{1, 2, 3}, f);
    while (auto r = co_await results.next()) static_cast<void>(*r);
    CHECK(count == 3);
    map_options none;
    none.limit = 0;
    CHECK_THROWS_AS(static_cast<void>(weft::map_unordered(std::vector<int>{1}, f, none)), std::invalid_argument);
  });
}

}  // namespace

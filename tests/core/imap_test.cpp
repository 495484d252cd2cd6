#include <weft/core/map.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <ranges>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::map_options;
using weft::task;

TEST_CASE("imap: gives the results in the order of the range, each as soon as those before it are there") {
  run_simulated_test([]() -> task<> {
    const auto began = weft::now();
    auto f = [](int hours) -> task<int> {
      co_await weft::sleep(std::chrono::hours(hours));
      co_return hours;
    };
    auto results = weft::imap(std::vector<int>{2, 1, 4, 3}, f);
    std::vector<int> values;
    std::vector<int> times;
    while (auto r = co_await results.next()) {
      values.push_back(*r);
      times.push_back(static_cast<int>((weft::now() - began) / 1h));
    }
    CHECK(values == std::vector<int>{2, 1, 4, 3});
    CHECK(times == std::vector<int>{2, 2, 4, 4});
  });
}

TEST_CASE("imap: what runs and what waits to be taken stay within the limit") {
  run_simulated_test([]() -> task<> {
    int begun = 0;
    auto f = [&](int n) -> task<int> {
      ++begun;
      co_await weft::sleep(n == 0 ? 10h : 1h);
      co_return n;
    };
    map_options options;
    options.limit = 3;
    auto results = weft::imap(std::views::iota(0, 10), f, options);
    int taken = 0;
    while (auto r = co_await results.next()) {
      CHECK(*r == taken);
      CHECK(begun <= taken + 3);
      ++taken;
    }
    CHECK(taken == 10);
    CHECK(begun == 10);
  });
}

TEST_CASE("imap: the first failure, wherever it is, ends the others and is thrown") {
  run_simulated_test([]() -> task<> {
    int running = 0;
    auto f = [&](int n) -> task<> {
      ++running;
      std::exception_ptr error;
      try {
        co_await weft::sleep(n == 3 ? 1h : 24h);
        if (n == 3) throw std::runtime_error("broken");
      } catch (...) {
        error = std::current_exception();
      }
      --running;
      if (error) std::rethrow_exception(error);
    };
    auto results = weft::imap(std::views::iota(0, 5), f);
    const std::string outcome = co_await outcome_of(results.next());
    CHECK(outcome == "broken");
    CHECK(running == 0);
    const auto end = co_await results.next();
    CHECK_FALSE(end);
  });
}

TEST_CASE("imap: of a group, left early, is joined by its scope") {
  run_simulated_test([]() -> task<> {
    auto f = [](int n) -> task<std::string> {
      co_await weft::sleep(std::chrono::hours(n));
      co_return std::to_string(n);
    };
    auto body = [&](weft::task_group& group) -> task<> {
      auto results = weft::imap(group, std::vector<int>{1, 2, 24}, f);
      const auto first = co_await results.next();
      CHECK(first == "1");
      results = {};
    };
    const auto began = weft::now();
    co_await weft::scope(body);
    CHECK(weft::now() - began == 1h);
  });
}

TEST_CASE("imap: there has to be room for one") {
  auto f = [](int) -> task<> { co_return; };
  map_options none;
  none.limit = 0;
  CHECK_THROWS_AS(static_cast<void>(weft::imap(std::vector<int>{1}, f, none)), std::invalid_argument);
}

}  // namespace

#include <weft/testkit/seeds.hpp>

#include "support.hpp"

#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/testkit/failure.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <ranges>
#include <set>
#include <stdexcept>
#include <vector>

namespace {

using namespace testkit_test;
using weft::task;
namespace testkit = weft::testkit;

/// Sets WEFT_SEED while it lives.
class seed_variable {
 public:
  explicit seed_variable(const char* value) { ::setenv("WEFT_SEED", value, 1); }
  seed_variable(const seed_variable&) = delete;
  seed_variable& operator=(const seed_variable&) = delete;
  ~seed_variable() { ::unsetenv("WEFT_SEED"); }
};

/// The order in which three tasks that were spawned together ran.
task<std::string> order_of_three() {
  std::string order;
  auto child = [&](char name) -> task<> {
    order += name;
    co_return;
  };
  auto body = [&](weft::task_group& group) -> task<> {
    for (char name : {'a', 'b', 'c'}) group.spawn(child, name);
    co_return;
  };
  co_await weft::scope(body);
  co_return order;
}

TEST_CASE("for_each_seed: meets every order of a few tasks") {
  std::set<std::string> orders;
  testkit::for_each_seed(100, [&]() -> task<> {
    const std::string order = co_await order_of_three();
    orders.insert(order);
  });
  CHECK(orders.size() == 6);
}

TEST_CASE("for_each_seed: says which seed failed, and WEFT_SEED repeats that one alone") {
  std::size_t runs = 0;
  std::string order;
  auto test = [&]() -> task<> {
    ++runs;
    order = co_await order_of_three();
    if (order == "cab") throw std::out_of_range("wrong order");
  };
  const std::string failure = failure_of([&] { testkit::for_each_seed(1000, test); });
  REQUIRE(failure.starts_with("with seed "));
  CHECK(failure.ends_with(" repeats it): wrong order"));
  const std::string number = failure.substr(10, failure.find(' ', 10) - 10);
  CHECK(number == std::to_string(runs));

  const seed_variable only(number.c_str());
  runs = 0;
  order.clear();
  try {
    testkit::for_each_seed(1000, test);
    FAIL("the seed did not repeat the failure");
  } catch (const testkit::test_failure& failed) {
    CHECK_THROWS_AS(std::rethrow_if_nested(failed), std::out_of_range);
  }
  CHECK(runs == 1);
  CHECK(order == "cab");
}

TEST_CASE("for_each_seed: takes any range of seeds, and gives the seed to who wants it") {
  std::vector<std::uint64_t> seen;
  testkit::for_each_seed(std::views::iota(5, 8), [&](std::uint64_t seed) -> task<> {
    seen.push_back(seed);
    co_await weft::sleep(1h);
  });
  testkit::for_each_seed(std::vector<std::uint64_t>{42}, [&](std::uint64_t seed) { seen.push_back(seed); });
  CHECK(seen == std::vector<std::uint64_t>{5, 6, 7, 42});
}

TEST_CASE("for_each_seed: refuses a WEFT_SEED that is no number") {
  const seed_variable wrong("7x");
  CHECK_THROWS_WITH_AS(testkit::for_each_seed(1, order_of_three), "WEFT_SEED='7x' is no seed", std::invalid_argument);
}

}  // namespace

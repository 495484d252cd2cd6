#include <weft/core/task_local.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <memory>

namespace {

using namespace core_test;
using weft::task;
using weft::task_local;

task_local<int> counter;
task_local<std::string> label("unset");
task_local<std::unique_ptr<tracker>> owned;

TEST_CASE("task_local: every task has its own, which begins with the initial value") {
  run_test([]() -> task<> {
    auto count = [](int times) -> task<int> {
      for (int i = 0; i < times; ++i) {
        ++*counter;
        co_await weft::yield();
      }
      co_return *counter;
    };
    *counter = 100;
    const auto [three, five] = co_await weft::gather(count(3), count(5));
    CHECK(three == 3);
    CHECK(five == 5);
    CHECK(*counter == 100);
    CHECK(*label == "unset");
    CHECK(label->size() == 5);
  });
}

TEST_CASE("task_local: children do not inherit it") {
  run_test([]() -> task<> {
    label.set("parent");
    auto child = []() -> task<std::string> { co_return *label; };
    const std::string seen = co_await weft::spawn(child);
    CHECK(seen == "unset");
    CHECK(*label == "parent");
  });
}

TEST_CASE("task_local: set, find and reset") {
  run_test([]() -> task<> {
    CHECK(label.find() == nullptr);
    label.set("a");
    label.set("b");
    REQUIRE(label.find() != nullptr);
    CHECK(*label.find() == "b");
    *counter = 1;
    label.reset();
    label.reset();
    CHECK(label.find() == nullptr);
    CHECK(*counter == 1);
    CHECK(*label == "unset");
    co_return;
  });
}

TEST_CASE("task_local: the values end with the task, also when it was killed and its handle is kept") {
  int alive = 0;
  run_test([&]() -> task<> {
    auto keeps = [&]() -> task<> {
      owned.set(std::make_unique<tracker>(alive));
      co_await weft::sleep(1h);
    };
    const auto h = weft::spawn(keeps);
    co_await weft::yield();
    CHECK(alive == 1);
    CHECK(owned.find() == nullptr);
    co_await h.kill_join();
    CHECK(alive == 0);
  });
}

}  // namespace

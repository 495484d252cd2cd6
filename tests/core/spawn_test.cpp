#include <weft/core/spawn.hpp>

#include "support.hpp"

#include <weft/core/this_task.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;

template <class... Args>
concept can_spawn = requires(Args... args) { weft::spawn(std::move(args)...); };

TEST_CASE("spawn: the child never runs inside the call, and children start in the order of their spawns") {
  run_simulated_test([]() -> task<> {
    std::vector<int> order;
    auto child = [&](int n) -> task<> {
      order.push_back(n);
      co_return;
    };
    auto first = weft::spawn(child, 1);
    auto second = weft::spawn(child, 2);
    CHECK(order.empty());
    co_await second;
    CHECK(order == std::vector{1, 2});
    CHECK(first.ok());
  });
}

TEST_CASE("spawn: a capturing lambda lives in the task") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    weft::handle<std::size_t> child;
    {
      auto text = std::make_shared<std::string>(1000, 'x');
      auto body = [text, mark = tracker(alive)]() -> task<std::size_t> {
        co_await weft::yield();
        co_return text->size();
      };
      child = weft::spawn(std::move(body));
    }
    CHECK(alive >= 1);
    const std::size_t size = co_await child;
    CHECK(size == 1000);
    CHECK(alive == 0);
  });
}

TEST_CASE("spawn: callable and arguments are destroyed when the task ends, not when the last handle goes") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    auto body = [](tracker) -> task<> { co_return; };
    auto child = weft::spawn(body, tracker(alive));
    CHECK(alive == 1);
    co_await child.join();
    CHECK(alive == 0);
    CHECK(child.ok());
  });
}

TEST_CASE("spawn: arguments and callables may be move-only; std::ref shares one") {
  run_simulated_test([]() -> task<> {
    auto add = [](std::unique_ptr<int> a, int& total) -> task<> {
      total += *a;
      co_return;
    };
    int total = 1;
    co_await weft::spawn(add, std::make_unique<int>(41), std::ref(total));
    CHECK(total == 42);
    auto owning = [owned = std::make_unique<int>(5)]() -> task<int> {
      co_await weft::yield();
      co_return *owned;
    };
    auto child = weft::spawn(std::move(owning));
    const int value = co_await child;
    CHECK(value == 5);
  });
}

struct counter {
  int base = 0;
  task<int> plus(int n) const { co_return base + n; }
};

TEST_CASE("spawn: takes whatever std::invoke takes") {
  run_simulated_test([]() -> task<> {
    counter ten{10};
    auto by_value = weft::spawn(&counter::plus, ten, 1);
    auto by_pointer = weft::spawn(&counter::plus, &ten, 2);
    std::function<task<int>()> erased = [] { return give(3); };
    auto by_function = weft::spawn(erased);
    const int one = co_await by_value;
    const int two = co_await by_pointer;
    const int three = co_await by_function;
    CHECK(one == 11);
    CHECK(two == 12);
    CHECK(three == 3);
  });
}

TEST_CASE("spawn: a task that is made already is refused") {
  CHECK_FALSE(can_spawn<task<>>);
  CHECK_FALSE(can_spawn<task<int>>);
  CHECK(can_spawn<task<> (*)()>);
}

TEST_CASE("spawn: a callable that throws, or gives no coroutine, makes a failed task") {
  run_simulated_test([]() -> task<> {
    auto throws = []() -> task<> { throw std::runtime_error("no coroutine"); };
    const std::string thrown = co_await outcome_of(weft::spawn(throws));
    CHECK(thrown == "no coroutine");
    auto empty = []() -> task<> { return {}; };
    const std::string missing = co_await outcome_of(weft::spawn(empty));
    CHECK(missing == "a spawned function gave an empty task");
  });
}

TEST_CASE("spawn: a task has the name it was given, or a number and a type") {
  run_simulated_test([]() -> task<> {
    auto name = []() -> task<std::string> { co_return weft::this_task::name(); };
    auto id = []() -> task<std::uint64_t> { co_return weft::this_task::id(); };
    auto options = weft::spawn_options{.name = "worker 7"};
    auto named = weft::spawn(options, name);
    auto unnamed = weft::spawn(id);
    CHECK(named.name() == "worker 7");
    CHECK(unnamed.name().starts_with("#" + std::to_string(unnamed.id()) + " "));
    CHECK(named.id() != unnamed.id());
    const std::string seen = co_await named;
    const std::uint64_t seen_id = co_await unnamed;
    CHECK(seen == "worker 7");
    CHECK(seen_id == unnamed.id());
    CHECK(named.name() == "worker 7");
  });
}

TEST_CASE("spawn_later: the task starts after its delay, with its arguments") {
  run_simulated_test([]() -> task<> {
    std::vector<std::string> order;
    auto body = [&](std::unique_ptr<std::string> text) -> task<int> {
      order.push_back(*text);
      co_return 9;
    };
    const auto begin = weft::now();
    auto later = weft::spawn_later(2ms, body, std::make_unique<std::string>("later"));
    auto sooner = weft::spawn_later(0ms, body, std::make_unique<std::string>("sooner"));
    const int value = co_await later;
    CHECK(weft::now() - begin >= 2ms);
    CHECK(value == 9);
    CHECK(sooner.ok());
    CHECK(order == std::vector<std::string>{"sooner", "later"});
  });
}

TEST_CASE("spawn_later: killed during the delay, the callable never runs") {
  run_simulated_test([]() -> task<> {
    int alive = 0;
    bool ran = false;
    auto body = [&](tracker) -> task<> {
      ran = true;
      co_return;
    };
    auto later = weft::spawn_later(1h, body, tracker(alive));
    co_await weft::yield();
    later.kill("not needed");
    co_await later.join();
    CHECK(later.killed());
    CHECK_FALSE(ran);
    CHECK(alive == 0);
  });
}

TEST_CASE("spawn: a child may outlive the task that spawned it, and has its own children") {
  run_simulated_test([]() -> task<> {
    weft::handle<int> grandchild;
    auto parent = [&]() -> task<> {
      auto slow = []() -> task<int> {
        for (int i = 0; i < 5; ++i) co_await weft::yield();
        co_return 3;
      };
      grandchild = weft::spawn(slow);
      co_return;
    };
    co_await weft::spawn(parent);
    CHECK_FALSE(grandchild.ready());
    const int value = co_await grandchild;
    CHECK(value == 3);
  });
}

}  // namespace

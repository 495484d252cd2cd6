#include "sweep.hpp"

#include <weft/base/scope_exit.hpp>
#include <weft/core/async_generator.hpp>
#include <weft/core/context.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace sweep;
using weft::spawn_options;
using weft::task;
using weft::task_group;

spawn_options named(std::string name) { return spawn_options{std::move(name)}; }

task<int> fail_after(std::chrono::hours wait) {
  co_await weft::sleep(wait);
  throw std::out_of_range("boom");
}

TEST_CASE("sweep: scope") {
  auto scenario = []() -> task<> {
    int running = 0;
    auto child = [&]() -> task<> {
      ++running;
      const weft::scope_exit end([&] { --running; });
      co_await weft::sleep(1h);
      co_await weft::yield();
    };
    auto inner = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"a"}, child);
      co_await child();
    };
    auto outer = [&](task_group& group) -> task<int> {
      group.spawn(spawn_options{"b"}, child);
      co_await weft::scope(inner);
      co_return 7;
    };
    int got = 0;
    auto body = [&](task_group& /*unused*/) -> task<> { got = co_await weft::scope(outer); };
    auto check = [&] { expect(running == 0, "a child still runs"); };
    co_await scope_then(body, check);
    expect(got == 7, "the result is that of the body");
  };
  everything(scenario, {"a", "b"});
}

TEST_CASE("sweep: scope, with fewer places than children") {
  auto scenario = []() -> task<> {
    int running = 0;
    int begun = 0;
    auto child = [&]() -> task<> {
      ++begun;
      expect(++running <= 2, "more children than places");
      const weft::scope_exit end([&] { --running; });
      co_await weft::sleep(1h);
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c", "d"}) co_await group.spawn(named(name), child);
    };
    auto options = weft::task_group_options();
    options.max = 2;
    co_await weft::scope(options, body);
    expect(begun == 4, "a child has not run");
  };
  everything(scenario, {"a", "b"});
}

TEST_CASE("sweep: scope, where a child fails") {
  auto scenario = []() -> task<> {
    bool failed = false;
    auto failing = []() -> task<int> { return fail_after(2h); };
    auto other = []() -> task<> { co_await weft::sleep(9h); };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(failing);
      group.spawn(spawn_options{"a"}, other);
      co_await other();
    };
    try {
      co_await weft::scope(body);
    } catch (const std::out_of_range&) {
      failed = true;
    }
    expect(failed, "the failure reaches the caller");
  };
  everything(scenario, {"a"});
}

TEST_CASE("sweep: joinall and killall") {
  auto scenario = []() -> task<> {
    auto child = [](int hours) -> task<int> { return give_after(std::chrono::hours(hours), hours); };
    auto body = [&](task_group& group) -> task<> {
      std::vector<weft::handle<int>> all;
      for (const int hours : {3, 1, 2, 9}) {
        auto started = co_await group.spawn(named(std::to_string(hours)), child, hours);
        all.push_back(std::move(started));
      }
      auto two = weft::join_options();
      two.count = 2;
      const auto first = co_await weft::joinall(all, two);
      expect(first.size() >= 2, "two have ended");
      auto soon = weft::join_options();
      soon.timeout = 3h;
      const auto more = co_await weft::joinall(all, soon);
      expect(more.size() == 3, "all but one have ended");
      co_await weft::joinall(all[0], all[1], all[2]);
      co_await weft::killall(all, "late");
      expect(all.back().killed(), "the last one was killed");
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"1", "2"});
}

TEST_CASE("sweep: gather") {
  auto scenario = []() -> task<> {
    const auto [a, b] = co_await weft::gather(give_after(1h, 1), give_after(1h, 2));
    expect(a == 1 && b == 2, "the results are in order");
    std::vector<task<int>> many;
    for (int i = 0; i < 3; ++i) many.push_back(give_after(1h, i));
    const auto all = co_await weft::gather(std::move(many));
    expect(all == std::vector<int>{0, 1, 2}, "the results are in order");
    bool failed = false;
    try {
      co_await weft::gather(fail_after(1h), give_after(9h, 0));
    } catch (const std::out_of_range&) {
      failed = true;
    }
    expect(failed, "the failure reaches the caller");
  };
  everything(scenario);
}

TEST_CASE("sweep: gather_settled") {
  auto scenario = []() -> task<> {
    const auto [broken, well] = co_await weft::gather_settled(fail_after(1h), give_after(9h, 0));
    expect(broken.failed() && well.ok(), "each ended in its own way");
  };
  everything(scenario);
}

TEST_CASE("sweep: race") {
  auto scenario = []() -> task<> {
    const auto early = co_await weft::race(give_after(2h, 1), give_after(1h, 2));
    expect(early.index() == 1 && std::get<1>(early) == 2, "the earlier one wins");
    const auto same = co_await weft::race(give_after(1h, 1), give_after(1h, 2));
    expect(same.index() == 0 ? std::get<0>(same) == 1 : std::get<1>(same) == 2, "one of two wins");
    bool failed = false;
    try {
      co_await weft::race(give_after(2h, 1), fail_after(1h));
    } catch (const std::out_of_range&) {
      failed = true;
    }
    expect(failed, "a failure wins, too");
  };
  everything(scenario);
}

TEST_CASE("sweep: race of a vector") {
  auto scenario = []() -> task<> {
    int inside = 0;
    auto stay = [&](int hours) -> task<int> {
      ++inside;
      const weft::scope_exit leave([&] { --inside; });
      co_return co_await give_after(std::chrono::hours(hours), hours);
    };
    auto body = [&](task_group& /*unused*/) -> task<> {
      std::vector<task<int>> tasks;
      for (const int hours : {3, 1, 2}) tasks.push_back(stay(hours));
      const auto winner = co_await weft::race(std::move(tasks));
      expect(winner.index == 1 && winner.value == 1, "the first to end wins");
      expect(inside == 0, "the others have ended");
    };
    auto check = [&] { expect(inside == 0, "a task still runs"); };
    co_await scope_then(body, check);
  };
  everything(scenario);
}

weft::context<int> level;

TEST_CASE("sweep: context") {
  auto scenario = []() -> task<> {
    auto child = [](int inherited) -> task<> {
      expect(level.get() == inherited, "a child inherits what was bound");
      const auto own = level.bind(inherited + 10);
      co_await weft::yield();
      expect(level.get() == inherited + 10, "and binds its own");
    };
    auto body = [&](task_group& group) -> task<> {
      for (int i = 1; i <= 3; ++i) {
        const auto bound = level.bind(i);
        group.spawn(spawn_options{std::to_string(i)}, child, i);
      }
      co_await weft::yield();
      expect(level.get() == 0, "bindings end with their blocks");
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"1", "2"});
}

TEST_CASE("sweep: task_group::start") {
  auto scenario = []() -> task<> {
    int running = 0;
    auto child = [&](weft::task_started<int> started, int value) -> task<> {
      ++running;
      const weft::scope_exit end([&] { --running; });
      co_await weft::sleep(1h);
      started(value);
      co_await weft::sleep(1h);
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(named("b"), give_after, 1h, 1);
      const int first = co_await group.start<int>(named("a"), child, 1);
      const int second = co_await group.start<int>(child, 2);
      expect(first == 1 && second == 2, "what the children say");
    };
    auto check = [&] { expect(running == 0, "a child still runs"); };
    auto options = weft::task_group_options();
    options.max = 2;
    auto limited = [&](task_group& /*unused*/) -> task<> { co_await weft::scope(options, body); };
    co_await scope_then(limited, check);
  };
  everything(scenario, {"b"});
}

TEST_CASE("sweep: task_group::start, of a child that fails first") {
  auto scenario = []() -> task<> {
    auto child = [](weft::task_started<> /*started*/) -> task<> {
      co_await weft::sleep(1h);
      throw std::out_of_range("boom");
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(give_after, 1h, 1);
      bool failed = false;
      try {
        co_await group.start(child);
      } catch (const std::out_of_range&) {
        failed = true;
      }
      expect(failed, "the failure reaches the caller");
    };
    co_await weft::scope(body);
  };
  everything(scenario);
}

TEST_CASE("sweep: join, and kill_join") {
  auto scenario = []() -> task<> {
    auto child = []() -> task<int> { return give_after(2h, 7); };
    auto body = [&](task_group& group) -> task<> {
      auto first = co_await group.spawn(named("a"), child);
      auto second = co_await group.spawn(child);
      const bool early = co_await first.join_for(1h);
      expect(early == first.ready(), "join_for() says whether it has ended");
      co_await first.join();
      const int value = co_await second;
      expect(value == 7, "the result of a task");
      auto third = co_await group.spawn(child);
      co_await third.kill_join();
      expect(third.killed(), "killed and ended");
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a"});
}

TEST_CASE("sweep: async_generator") {
  auto scenario = []() -> task<> {
    bool open = false;
    auto numbers = [&]() -> weft::async_generator<int> {
      open = true;
      const weft::scope_exit end([&] { open = false; });
      for (int i = 0; i < 5; ++i) {
        co_await weft::sleep(1h);
        co_yield i;
      }
    };
    auto use = [&](task_group& /*unused*/) -> task<> {
      auto all = numbers();
      int sum = 0;
      for (;;) {
        const std::optional<int> next = co_await all.next();
        if (!next) break;
        sum += *next;
      }
      expect(sum == 10, "every number has come");
      auto some = numbers();
      const auto first = co_await some.next();
      expect(first == 0, "the first number");
      co_await some.close();
      expect(!open, "the generator is closed");
    };
    auto check = [&] { expect(!open, "the generator's body has not ended"); };
    co_await scope_then(use, check);
  };
  everything(scenario);
}

}  // namespace

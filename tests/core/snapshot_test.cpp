#include <weft/core/snapshot.hpp>

#include "report_text.hpp"
#include "support.hpp"

#include <weft/core/instrument.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace core_test;
using weft::task;
using weft::task_info;

const task_info& find(const std::vector<task_info>& tasks, const std::string& name) {
  const auto found = std::ranges::find(tasks, name, &task_info::name);
  REQUIRE(found != tasks.end());
  return *found;
}

constexpr std::uint_least32_t first_line = __LINE__ + 1;
task<> innermost() { co_await weft::sleep(24h); }
task<> middle() { co_await innermost(); }
task<> outer() { co_await middle(); }

TEST_CASE("tasks: shows the whole chain of co_awaits of a waiting task, innermost first") {
  run_test([]() -> task<> {
    auto child = weft::spawn(weft::spawn_options{"sleeper"}, outer);
    co_await weft::yield();
    const auto all = weft::tasks();
    CHECK(all.size() == 2);
    const task_info& sleeper = find(all, "sleeper");
    CHECK(sleeper.phase == weft::task_phase::waiting);
    CHECK(sleeper.wait == "sleep");
    CHECK(sleeper.parent == all.front().id);
    REQUIRE(sleeper.chain.size() == 3);
    CHECK(sleeper.chain[0].file.ends_with("snapshot_test.cpp"));
    CHECK(sleeper.chain[0].line == first_line);
    CHECK(sleeper.chain[1].line == first_line + 1);
    CHECK(sleeper.chain[2].line == first_line + 2);
    CHECK(all.front().phase == weft::task_phase::running);
    co_await child.kill_join();
  });
}

TEST_CASE("tasks: says which tasks are ready and which have not started") {
  run_test([]() -> task<> {
    auto turns = []() -> task<> {
      for (;;) co_await weft::yield();
    };
    auto ready = weft::spawn(weft::spawn_options{"ready"}, turns);
    co_await weft::yield();
    auto created = weft::spawn(weft::spawn_options{"created"}, turns);
    const auto all = weft::tasks();
    CHECK(find(all, "ready").phase == weft::task_phase::ready);
    CHECK(find(all, "created").phase == weft::task_phase::created);
    CHECK(find(all, "created").chain.empty());
    CHECK_FALSE(find(all, "created").spawned_at.empty());
    ready.kill();
    created.kill();
  });
}

TEST_CASE("dump: names who waits for whom, and the rings") {
  run_test([]() -> task<> {
    weft::handle<> a;
    weft::handle<> b;
    auto wait_a = [&]() -> task<> { co_await a.join(); };
    auto wait_b = [&]() -> task<> { co_await b.join(); };
    a = weft::spawn(weft::spawn_options{"alice"}, wait_b);
    b = weft::spawn(weft::spawn_options{"bob"}, wait_a);
    co_await weft::yield();
    const std::string text = without_times(weft::dump());
    CHECK(text.starts_with("3 tasks\n"));
    CHECK(text.find("alice waits for join, on #") != std::string::npos);
    CHECK(text.find("these wait for each other: #2 alice -> #3 bob -> #2 alice\n") != std::string::npos);
    CHECK(text.find("snapshot_test.cpp:") != std::string::npos);
    a.kill();
    co_await a.join();
    co_await b.join();
  });
}

TEST_CASE("find_rings: gives each ring once, and no chain that ends") {
  auto waiting = [](std::uint64_t id, std::uint64_t holder) {
    task_info info;
    info.id = id;
    info.holder = holder;
    return info;
  };
  CHECK(weft::detail::find_rings({waiting(1, 2), waiting(2, 3), waiting(3, 0)}).empty());
  CHECK(weft::detail::find_rings({waiting(1, 2), waiting(2, 3), waiting(3, 2)}) ==
        std::vector<std::vector<std::uint64_t>>{{2, 3}});
  CHECK(weft::detail::find_rings({waiting(1, 1), waiting(5, 6), waiting(6, 5)}) ==
        std::vector<std::vector<std::uint64_t>>{{1}, {5, 6}});
  CHECK(weft::detail::find_rings({waiting(1, 99)}).empty());
  auto several = waiting(1, 2);
  several.holders = {2, 3, 4};
  CHECK(weft::detail::find_rings({several, waiting(2, 0), waiting(3, 1), waiting(4, 1)}) ==
        std::vector<std::vector<std::uint64_t>>{{1, 3}, {1, 4}});
}

TEST_CASE("tasks: asked for where a task has just ended, shows no place of it") {
  struct asking final : weft::instrument {
    void task_ended(weft::task_view) noexcept override { all = weft::tasks(); }
    std::vector<task_info> all;
  };
  auto asks = std::make_shared<asking>();
  auto options = weft::run_options();
  options.instrument = asks;
  std::vector<task_info> seen;
  run_test(
      [&]() -> task<> {
        auto child = weft::spawn(weft::spawn_options{"ends"}, nothing);
        co_await child;
        seen = asks->all;
      },
      options);
  REQUIRE(seen.size() == 2);
  CHECK(find(seen, "ends").chain.empty());
}

}  // namespace

#include <weft/mt/spawn_on.hpp>

#include "support.hpp"

#include <weft/core/context.hpp>
#include <weft/core/join.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/core/this_task.hpp>
#include <weft/mt/event.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace mt_test;

TEST_CASE("spawn_on: the handle gives the value, again and again, and what cannot be copied once") {
  run_test_on(2, []() -> task<> {
    const auto text = weft::spawn_on(1, give<std::string>, "text");
    for (int i = 0; i < 3; ++i) {
      const auto value = co_await text;
      CHECK(value == "text");
    }
    CHECK(text.ready());
    CHECK(text.ok());
    auto make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
    auto pointer = weft::spawn_on(1, make);
    const auto first = co_await pointer;
    CHECK(*first == 5);
    const auto second = co_await outcome_of(pointer);
    CHECK(second == "the result of a task was taken twice");
  });
}

TEST_CASE("spawn_on: a failure is rethrown where it is awaited") {
  const auto result = run_loops(2, []() -> task<> {
    auto failed = weft::spawn_on(1, fail_with, "boom");
    co_await failed.join();
    CHECK(failed.failed());
    const auto saw = co_await outcome_of(failed);
    CHECK(saw == "boom");
    CHECK(failed.error() != nullptr);
  });
  CHECK(result.code == 0);
}

TEST_CASE("spawn_on: a failure that no one looked at is reported with the task's name") {
  const auto result = run_loops(2, []() -> task<> {
    auto lost = weft::spawn_on(1, weft::spawn_options{.name = "lost"}, fail_with, "boom");
    while (!lost.ready()) co_await weft::yield();
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"lost: boom"});
}

TEST_CASE("spawn_on: a failure is reported, too, when a thread without a loop drops the last handle") {
  const auto result = run_loops(2, []() -> task<> {
    auto lost = weft::spawn_on(1, weft::spawn_options{.name = "lost"}, fail_with, "boom");
    std::thread([dropped = std::move(lost)]() mutable {
      while (!dropped.ready()) std::this_thread::yield();
      dropped = {};
    }).join();
    co_return;
  });
  CHECK(result.code == 1);
  CHECK(result.unhandled == std::vector<std::string>{"lost: boom"});
}

TEST_CASE("spawn_on: kill ends the task on its loop, also one that has not begun") {
  run_test_on(2, []() -> task<> {
    std::atomic<int> begun = 0;
    auto child = [&]() -> task<> {
      ++begun;
      co_await never();
    };
    auto at_once = weft::spawn_on(1, child);
    co_await at_once.kill_join("enough");
    CHECK(at_once.killed());
    const auto saw = co_await outcome_of(at_once);
    CHECK(saw == "cancelled: enough");
    begun = 0;
    auto later = weft::spawn_on(1, child);
    while (begun == 0) co_await weft::yield();
    co_await later.kill_join();
    CHECK(later.killed());
    later.kill();  // of an ended one: nothing
  });
}

TEST_CASE("spawn_on: join_for waits no longer than it may, and the task goes on") {
  run_test_on(2, []() -> task<> {
    weft::mt::event go;
    auto child = [&]() -> task<> { co_await go.wait(); };
    auto waits = weft::spawn_on(1, child);
    const bool early = co_await waits.join_for(1ms);
    CHECK_FALSE(early);
    go.set();
    const bool done = co_await waits.join_for(1h);
    CHECK(done);
    CHECK(waits.ok());
  });
}

TEST_CASE("spawn_on: a killed waiter stops waiting, and the task goes on") {
  run_test_on(2, []() -> task<> {
    weft::mt::event go;
    auto child = [&]() -> task<int> {
      co_await go.wait();
      co_return 7;
    };
    auto waits = weft::spawn_on(1, child);
    auto watch = [waits]() -> task<> { co_await waits.join(); };
    auto watcher = weft::spawn(watch);
    co_await weft::yield();
    co_await watcher.kill_join();
    CHECK(watcher.killed());
    go.set();
    const int value = co_await waits;
    CHECK(value == 7);
  });
}

TEST_CASE("spawn_on: a thread without a loop may start tasks and wait for them") {
  run_test_on(2, []() -> task<> {
    int value = 0;
    const weft::loop_ref other(1);
    auto call = [&] {
      auto started = weft::spawn_on(other, give<int>, 11);
      value = started.get_blocking();
      started.join_blocking();
    };
    std::thread(call).join();
    CHECK(value == 11);
    auto here = weft::spawn_on(0, give<int>, 1);
    CHECK_THROWS_AS(here.join_blocking(), std::logic_error);
    co_await here;
  });
}

TEST_CASE("spawn_on: when the loop has ended the handle says killed, and the function is dropped") {
  std::optional<weft::loop_ref> gone;
  run_test_on(2, [&]() -> task<> {
    gone.emplace(1);
    co_return;
  });
  int alive = 0;
  auto child = [](tracker) -> task<> { co_return; };
  const auto refused = weft::spawn_on(*gone, child, tracker(alive));
  CHECK(refused.killed());
  CHECK(alive == 0);
  CHECK_THROWS_AS(refused.get_blocking(), weft::cancelled);
}

TEST_CASE("spawn_on: function and arguments end on the loop's own thread") {
  struct witness {
    explicit witness(std::promise<std::thread::id>& told) : to(&told) {}
    witness(witness&& other) noexcept : to(std::exchange(other.to, nullptr)) {}
    witness& operator=(witness&&) = delete;
    ~witness() {
      if (to != nullptr) to->set_value(std::this_thread::get_id());
    }
    std::promise<std::thread::id>* to;
  };
  run_test_on(2, []() -> task<> {
    std::promise<std::thread::id> ended;
    auto child = [](witness) -> task<std::thread::id> { co_return std::this_thread::get_id(); };
    const auto home = co_await weft::spawn_on(1, child, witness(ended));
    CHECK(ended.get_future().get() == home);
  });
}

TEST_CASE("spawn_on: a task that waits for itself is refused") {
  run_test_on(2, []() -> task<> {
    weft::mt::handle<> self;
    weft::mt::event known;
    auto child = [&]() -> task<> {
      co_await known.wait();
      co_await self.join();
    };
    self = weft::spawn_on(1, child);
    known.set();
    auto watched = self;
    co_await watched.join();
    CHECK(watched.failed());
  });
}

TEST_CASE("run_on: gives the value, or the failure, and takes a cancellation there before it ends") {
  run_test_on(2, []() -> task<> {
    const int value = co_await weft::run_on(1, give<int>, 9);
    CHECK(value == 9);
    const auto saw = co_await outcome_of(weft::run_on(1, fail_with, "there"));
    CHECK(saw == "there");
    std::atomic<bool> waits = false;
    std::atomic<bool> stopped = false;
    auto there = [&]() -> task<> {
      waits = true;
      std::exception_ptr kill;
      try {
        co_await never();
      } catch (const weft::cancelled&) {
        kill = std::current_exception();
      }
      auto clean_up = []() -> task<> {
        for (int i = 0; i < 10; ++i) co_await weft::yield();
      };
      co_await weft::shield(10s, clean_up);
      stopped = true;
      std::rethrow_exception(kill);
    };
    auto here = [&]() -> task<> { co_await weft::run_on(1, there); };
    auto running = weft::spawn(here);
    while (!waits) co_await weft::yield();
    co_await running.kill_join("enough");
    CHECK(running.killed());
    CHECK(stopped);
  });
}

TEST_CASE("spawn_on: many tasks between many loops each give their own value") {
  run_test_on(4, []() -> task<> {
    auto spread = [](std::size_t from) -> task<std::size_t> {
      std::vector<weft::mt::handle<std::size_t>> handles;
      for (std::size_t i = 0; i < 200; ++i) handles.push_back(weft::spawn_on((from + i) % 4, give<std::size_t>, i));
      std::size_t sum = 0;
      for (auto& each : handles) sum += co_await each;
      co_return sum;
    };
    std::vector<weft::mt::handle<std::size_t>> spreaders;
    for (std::size_t i = 0; i < 4; ++i) spreaders.push_back(weft::spawn_on(i, spread, i));
    for (auto& each : spreaders) {
      const std::size_t sum = co_await each;
      CHECK(sum == 199 * 200 / 2);
    }
  });
}

const weft::context<std::string> request("none");

TEST_CASE("spawn_on: the task sees what was bound where it was spawned, and has its spawner as parent") {
  run_test_on(2, []() -> task<> {
    const auto bound = request.bind("42");
    const std::uint64_t self = weft::this_task::id();
    auto look = [self]() -> task<std::string> {
      const auto all = weft::tasks();
      const auto me = std::ranges::find(all, weft::this_task::id(), &weft::task_info::id);
      CHECK(me->parent == self);
      auto child = []() -> task<std::string> { co_return request.get(); };
      co_return request.get() + co_await weft::spawn(child);
    };
    const auto seen = co_await weft::spawn_on(1, look);
    CHECK(seen == "4242");
    const auto here = co_await weft::run_on(1, look);
    CHECK(here == "4242");
  });
}

}  // namespace

#include "sweep.hpp"

#include <weft/core/sleep.hpp>
#include <weft/sync/async_result.hpp>
#include <weft/sync/barrier.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/latch.hpp>
#include <weft/sync/watch.hpp>

#include <doctest/doctest.h>

namespace {

using namespace sweep;
using weft::spawn_options;
using weft::task;
using weft::task_group;

TEST_CASE("sweep: event") {
  auto scenario = []() -> task<> {
    weft::event first;
    weft::event second;
    auto waiter = [&]() -> task<> {
      co_await first.wait();
      expect(first.is_set(), "woken before the event");
      co_await second.wait();
      expect(second.is_set(), "woken before the second event");
      co_await second.wait();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b", "c"}) group.spawn(spawn_options{name}, waiter);
      co_await weft::yield();
      first.set();
      co_await weft::yield();
      second.set();
      co_await first.wait();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a", "b", "c"});
}

TEST_CASE("sweep: latch") {
  auto scenario = []() -> task<> {
    weft::latch ready(2);
    auto waiter = [&]() -> task<> {
      co_await ready.wait();
      expect(ready.try_wait(), "woken before the count was zero");
    };
    auto counter = [&]() -> task<> {
      co_await weft::yield();
      ready.count_down();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b"}) group.spawn(spawn_options{name}, waiter);
      group.spawn(counter);
      co_await ready.arrive_and_wait();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a", "b"});
}

TEST_CASE("sweep: barrier") {
  auto scenario = []() -> task<> {
    weft::barrier meeting(2);
    int rounds = 0;
    auto party = [&]() -> task<> {
      for (int i = 0; i < 3; ++i) {
        const bool last = co_await meeting.arrive_and_wait();
        if (last) ++rounds;
      }
    };
    auto body = [&](task_group& group) -> task<> {
      group.spawn(party);
      co_await party();
      expect(rounds == 3, "one is the last, each time");
    };
    auto check = [&] { expect(meeting.waiting() == 0, "an arrival was not taken back"); };
    co_await scope_then(body, check);
  };
  everything(scenario);
}

TEST_CASE("sweep: barrier, where a killed one's place is taken by another") {
  auto scenario = []() -> task<> {
    weft::barrier meeting(2);
    int through = 0;
    auto party = [&]() -> task<> {
      co_await meeting.arrive_and_wait();
      ++through;
    };
    // Two of the three get through, whichever is killed before it does; the third is left to the group.
    auto body = [&](task_group& group) -> task<> {
      group.spawn(spawn_options{"a"}, party);
      group.spawn(spawn_options{"b"}, party);
      group.spawn(party);
      co_await weft::sleep(1h);
      expect(through >= 2, "two find each other");
      group.cancel();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a"});
}

TEST_CASE("sweep: async_result") {
  auto scenario = []() -> task<> {
    weft::async_result<int> result;
    weft::async_result<> done;
    auto reader = [&]() -> task<> {
      const int got = co_await result.get();
      expect(got == 7, "the value is the one that was set");
      co_await done.get();
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b"}) group.spawn(spawn_options{name}, reader);
      co_await weft::yield();
      result.set(7);
      const int own = co_await result.get();
      expect(own == 7, "the value stays");
      done.set();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a", "b"});
}

TEST_CASE("sweep: watch") {
  auto scenario = []() -> task<> {
    weft::watch<int> level(0);
    auto reader = [&]() -> task<> {
      auto changes = level.subscribe();
      int last = -1;
      for (;;) {
        const std::optional<int> now = co_await changes.next();
        if (!now) break;
        expect(*now > last, "values come in order, each once");
        last = *now;
      }
      expect(last == 3, "the last value is seen");
    };
    auto body = [&](task_group& group) -> task<> {
      for (const char* name : {"a", "b"}) group.spawn(spawn_options{name}, reader);
      for (int value = 1; value <= 3; ++value) {
        co_await weft::yield();
        level.set(value);
      }
      level.close();
    };
    co_await weft::scope(body);
  };
  everything(scenario, {"a", "b"});
}

}  // namespace

#include <weft/sync/event.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::task;

TEST_CASE("event: set wakes every waiter, in the order in which they came") {
  weft::testkit::run([]() -> task<> {
    weft::event e;
    std::vector<int> woken;
    auto wait = [&](int n) -> task<> {
      co_await e.wait();
      woken.push_back(n);
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 4; ++i) handles.push_back(weft::spawn(wait, i));
    co_await weft::yield();
    CHECK(woken.empty());
    e.set();
    CHECK(woken.empty());
    co_await weft::joinall(handles);
    CHECK(woken == std::vector{0, 1, 2, 3});
  });
}

TEST_CASE("event: set before the wait, it does not wait; cleared, it does again") {
  weft::testkit::run([]() -> task<> {
    weft::event e;
    CHECK_FALSE(e.is_set());
    e.set();
    e.set();
    CHECK(e.is_set());
    co_await e.wait();
    co_await e.wait();
    e.clear();
    CHECK_FALSE(e.is_set());
    auto wait = [&]() -> task<> { co_await e.wait(); };
    const bool woken = co_await weft::move_on_after(1ms, wait);
    CHECK_FALSE(woken);
  });
}

TEST_CASE("event: who was woken goes on, also when the event is cleared in the same turn") {
  weft::testkit::run([]() -> task<> {
    weft::event e;
    bool went_on = false;
    auto wait = [&]() -> task<> {
      co_await e.wait();
      went_on = true;
    };
    auto waiter = weft::spawn(wait);
    co_await weft::yield();
    e.set();
    e.clear();
    co_await waiter;
    CHECK(went_on);
  });
}

TEST_CASE("event: a killed waiter leaves; the others are not disturbed") {
  weft::testkit::run([]() -> task<> {
    weft::event e;
    int woken = 0;
    auto wait = [&]() -> task<> {
      co_await e.wait();
      ++woken;
    };
    auto first = weft::spawn(wait);
    auto second = weft::spawn(wait);
    auto third = weft::spawn(wait);
    co_await weft::yield();
    second.kill();
    co_await second.join();
    CHECK(second.killed());
    e.set();
    co_await weft::joinall(first, third);
    CHECK(woken == 2);
  });
}

TEST_CASE("event: kill and set in the same turn, in both orders: the waiter ends, and ends as killed") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      weft::event e;
      auto wait = [&]() -> task<> {
        co_await e.wait();
        co_await weft::yield();
        FAIL_CHECK("the kill was lost");
      };
      auto waiter = weft::spawn(wait);
      co_await weft::yield();
      if (kill_first) waiter.kill();
      e.set();
      if (!kill_first) waiter.kill();
      co_await waiter.join();
      CHECK(waiter.killed());
    }
  });
}

TEST_CASE("event: one that ends right after set() does no harm to those it woke") {
  weft::testkit::run([]() -> task<> {
    int woken = 0;
    weft::handle<> waiter;
    {
      auto e = std::make_unique<weft::event>();
      auto wait = [&woken](weft::event& waited) -> task<> {
        co_await waited.wait();
        ++woken;
      };
      waiter = weft::spawn(wait, std::ref(*e));
      co_await weft::yield();
      e->set();
    }
    co_await waiter;
    CHECK(woken == 1);
  });
}

}  // namespace

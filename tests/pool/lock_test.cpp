#include <weft/pool/lock.hpp>

#include <weft/pool/future_state.hpp>
#include <weft/pool/lock_order.hpp>
#include <weft/pool/thread.hpp>

#include "support.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace pool_test;
using weft::lock;
using weft::thread;

TEST_CASE("lock: acquire() gives a guard that holds it until its end") {
  lock l;
  CHECK_FALSE(l.locked());
  {
    const auto held = l.acquire();
    CHECK(held);
    CHECK(l.locked());
  }
  CHECK_FALSE(l.locked());
}

TEST_CASE("lock: a guard can be released early, once, and moved") {
  lock l;
  auto held = l.acquire();
  auto moved = std::move(held);
  CHECK_FALSE(held);
  CHECK(l.locked());
  moved.release();
  CHECK_FALSE(l.locked());
  CHECK_FALSE(moved);
  CHECK_THROWS_AS(moved.release(), std::logic_error);
}

TEST_CASE("lock: try_acquire() and acquire_for() hold nothing while another thread does") {
  lock l;
  const held_work held;
  const thread other([&, held] {
    const auto guard = l.acquire();
    held();
  });
  held.wait_until_begun();
  CHECK_FALSE(l.try_acquire());
  CHECK_FALSE(l.acquire_for(0s));
  CHECK_FALSE(l.acquire_for(-1s));
  CHECK_FALSE(l.acquire_for(1ms));
  held.release();
  CHECK(l.acquire_for(1h));
}

TEST_CASE("lock: acquire_for() of a thread's own lock ends, acquire() is refused") {
  lock l("own");
  const auto held = l.acquire();
  CHECK_FALSE(l.acquire_for(1ms));
  CHECK_THROWS_AS(static_cast<void>(l.acquire()), weft::would_deadlock);
}

TEST_CASE("lock: keeps threads apart") {
  lock l;
  int counter = 0;
  {
    std::vector<thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10'000; ++i) {
          const auto held = l.acquire();
          ++counter;
        }
      });
    }
  }
  CHECK(counter == 40'000);
}

TEST_CASE("lock: those who give up do not keep the others from it") {
  lock l;
  int counter = 0;
  {
    std::vector<thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 2'000;) {
          if (const auto held = t % 2 == 0 ? l.acquire() : l.acquire_for(1us)) {
            ++counter;
            ++i;
          }
        }
      });
    }
  }
  CHECK(counter == 8'000);
}

TEST_CASE("lock: is released by its holder only") {
  lock l;
  auto held = l.acquire();
  thread([&] { CHECK_THROWS_AS(held.release(), std::logic_error); }).join();
  CHECK(l.locked());
}

/// What was found while `body` ran.
template <class F>
std::vector<weft::lock_order_report> orders_found(F body) {
  auto found = std::make_shared<std::vector<weft::lock_order_report>>();
  weft::watch_lock_order([found](const weft::lock_order_report& report) { found->push_back(report); });
  body();
  weft::watch_lock_order();
  return *found;
}

TEST_CASE("lock: two that are taken in both orders are reported, once, with both places") {
  lock a("a");
  lock b("b");
  const auto take = [](lock& first, lock& second) {
    const auto outer = first.acquire();
    const auto inner = second.acquire();
  };
  const auto found = orders_found([&] {
    take(a, b);
    take(a, b);
    take(b, a);
    take(b, a);
  });
  REQUIRE(found.size() == 1);
  CHECK(found.front().here.first == "lock 'b'");
  CHECK(found.front().here.second == "lock 'a'");
  CHECK(found.front().before.first == "lock 'a'");
  CHECK(found.front().before.second_at.line() > found.front().before.first_at.line());
  const std::string text = weft::describe(found.front());
  CHECK(text.find("lock_test.cpp:") != std::string::npos);
  CHECK(text.find("; elsewhere lock 'b' is taken at ") != std::string::npos);
}

TEST_CASE("lock: an order that only three locks together contradict is found") {
  lock a;
  lock b;
  lock c;
  const auto take = [](lock& first, lock& second) {
    const auto outer = first.acquire();
    const auto inner = second.acquire();
  };
  CHECK(orders_found([&] {
          take(a, b);
          take(b, c);
          take(a, c);
        }).empty());
  CHECK(orders_found([&] { take(c, a); }).size() == 1);
}

TEST_CASE("lock: trying, and waiting for some time, can deadlock no one and is not reported") {
  lock a;
  lock b;
  CHECK(orders_found([&] {
          {
            const auto outer = a.acquire();
            const auto inner = b.acquire();
          }
          const auto outer = b.acquire();
          const auto inner = a.acquire_for(1s);
          CHECK(inner);
        }).empty());
}

}  // namespace

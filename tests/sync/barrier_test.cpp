#include <weft/sync/barrier.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace {

using weft::barrier;
using weft::task;

TEST_CASE("barrier: all go on when the last has arrived, again and again; one of them is told that it was last") {
  weft::testkit::run([]() -> task<> {
    barrier b(3);
    std::vector<int> phase(3);
    int last = 0;
    auto body = [&](std::size_t n) -> task<> {
      for (int round = 1; round <= 4; ++round) {
        for (const int other : phase) CHECK(other >= round - 1);
        phase[n] = round;
        for (std::size_t i = 0; i < n; ++i) co_await weft::yield();
        const bool was_last = co_await b.arrive_and_wait();
        for (const int other : phase) CHECK(other >= round);
        if (was_last) ++last;
      }
    };
    std::vector<weft::handle<>> handles;
    for (std::size_t n = 0; n < 3; ++n) handles.push_back(weft::spawn(body, n));
    co_await weft::joinall(handles);
    CHECK(last == 4);
    CHECK(b.waiting() == 0);
  });
}

TEST_CASE("barrier: of one task never waits; of none is refused") {
  weft::testkit::run([]() -> task<> {
    barrier b(1);
    for (int i = 0; i < 300; ++i) {
      const bool last = co_await b.arrive_and_wait();
      CHECK(last);
    }
    CHECK_THROWS_AS(barrier(0), std::invalid_argument);
  });
}

TEST_CASE("barrier: a killed waiter takes its arrival back") {
  weft::testkit::run([]() -> task<> {
    barrier b(2);
    auto body = [&]() -> task<> { co_await b.arrive_and_wait(); };
    auto killed = weft::spawn(body);
    co_await weft::yield();
    CHECK(b.waiting() == 1);
    co_await killed.kill_join();
    CHECK(b.waiting() == 0);
    auto first = weft::spawn(body);
    co_await weft::yield();
    CHECK_FALSE(first.ready());
    const bool last = co_await b.arrive_and_wait();
    CHECK(last);
    co_await first;
  });
}

TEST_CASE("barrier: kill and the last arrival in the same turn, in both orders: the count stays right") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      barrier b(2);
      auto body = [&]() -> task<> { co_await b.arrive_and_wait(); };
      auto killed = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) killed.kill();
      auto last = weft::spawn(body);
      co_await weft::yield();
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(last.ready() == !kill_first);
      if (kill_first) co_await b.arrive_and_wait();
      co_await last;
      CHECK(b.waiting() == 0);
    }
  });
}

}  // namespace

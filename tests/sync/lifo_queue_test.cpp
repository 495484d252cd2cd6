#include <weft/sync/lifo_queue.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using weft::lifo_queue;
using weft::task;

TEST_CASE("lifo_queue: gives the item that came last") {
  weft::testkit::run([]() -> task<> {
    lifo_queue<int> q(3);
    for (int i = 1; i <= 3; ++i) co_await q.put(i);
    CHECK(q.full());
    q.close();
    for (int i = 3; i >= 1; --i) {
      const auto item = co_await q.next();
      CHECK(item == i);
    }
    const auto end = co_await q.next();
    CHECK_FALSE(end);
    CHECK_THROWS_AS(lifo_queue<int>(0), std::invalid_argument);
  });
}

TEST_CASE("lifo_queue: kill and put in the same turn, in both orders: the item is not lost") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      lifo_queue<int> q(weft::unbounded);
      int got = 0;
      auto get = [&]() -> task<> { got = co_await q.get(); };
      auto getter = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) getter.kill();
      CHECK(q.try_put(9));
      if (!kill_first) getter.kill();
      co_await getter.join();
      CHECK(got + q.try_get().value_or(0) == 9);
    }
  });
}

}  // namespace

#include <weft/sync/watch.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using weft::task;
using weft::watch;

TEST_CASE("watch: the first next gives the present value, later ones wait for a change and give the latest") {
  weft::testkit::run([]() -> task<> {
    watch<std::string> w("idle");
    auto s = w.subscribe();
    const auto first = co_await s.next();
    CHECK(first == "idle");
    std::vector<std::string> seen;
    auto follow = [&]() -> task<> {
      auto mine = w.subscribe();
      while (const auto value = co_await mine.next()) seen.push_back(*value);
    };
    auto follower = weft::spawn(follow);
    co_await weft::yield();
    w.set("connecting");
    w.set("connected");
    const auto second = co_await s.next();
    CHECK(second == "connected");
    co_await weft::yield();
    w.update([](std::string& value) { value += " twice"; });
    CHECK(w.get() == "connected twice");
    CHECK(w.version() == 3);
    w.close();
    co_await follower;
    CHECK(seen == std::vector<std::string>{"idle", "connected", "connected twice"});
  });
}

TEST_CASE("watch: closed, the last value is given to who has not seen it, then nothing") {
  weft::testkit::run([]() -> task<> {
    watch<int> w(1);
    auto s = w.subscribe();
    auto waiting = w.subscribe();
    static_cast<void>(co_await waiting.next());
    auto wait = [&]() -> task<bool> { co_return (co_await waiting.next()).has_value(); };
    auto waiter = weft::spawn(wait);
    co_await weft::yield();
    w.close();
    CHECK(w.is_closed());
    const bool more = co_await waiter;
    CHECK_FALSE(more);
    const auto last = co_await s.next();
    CHECK(last == 1);
    const auto end = co_await s.next();
    CHECK_FALSE(end);
  });
}

TEST_CASE("watch: kill and set in the same turn, in both orders: the change is seen, or still to be seen") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      watch<int> w(1);
      auto s = w.subscribe();
      static_cast<void>(co_await s.next());
      int got = 0;
      auto take = [&]() -> task<> { got = (co_await s.next()).value_or(-1); };
      auto killed = weft::spawn(take);
      co_await weft::yield();
      if (kill_first) killed.kill();
      w.set(2);
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK(killed.killed());
      CHECK(got == (kill_first ? 0 : 2));
      if (kill_first) {
        const auto value = co_await s.next();
        CHECK(value == 2);
      }
    }
  });
}

}  // namespace

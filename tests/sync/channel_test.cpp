#include <weft/sync/channel.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace {

using weft::channel;
using weft::task;

TEST_CASE("channel: put is complete when a get has taken the item") {
  weft::testkit::run([]() -> task<> {
    channel<int> c;
    bool put_done = false;
    auto put = [&]() -> task<> {
      co_await c.put(1);
      put_done = true;
    };
    auto putter = weft::spawn(put);
    co_await weft::yield();
    CHECK_FALSE(put_done);
    CHECK(c.size() == 0);
    const int item = co_await c.get();
    CHECK(item == 1);
    co_await putter;
    CHECK(put_done);
  });
}

TEST_CASE("channel: try_put and try_get need someone who waits on the other side") {
  weft::testkit::run([]() -> task<> {
    channel<std::unique_ptr<int>> c;
    auto item = std::make_unique<int>(4);
    CHECK_FALSE(c.try_put(std::move(item)));
    CHECK_FALSE(c.try_get());
    auto get = [&]() -> task<int> { co_return *co_await c.get(); };
    auto getter = weft::spawn(get);
    co_await weft::yield();
    CHECK(c.try_put(std::move(item)));  // NOLINT(bugprone-use-after-move): it was refused before
    const int got = co_await getter;
    CHECK(got == 4);
    auto put = [&]() -> task<> { co_await c.put(std::make_unique<int>(5)); };
    auto putter = weft::spawn(put);
    co_await weft::yield();
    const auto taken = c.try_get();
    REQUIRE(taken);
    CHECK(**taken == 5);
    co_await putter;
  });
}

TEST_CASE("channel: putters and getters meet in the order in which they came") {
  weft::testkit::run([]() -> task<> {
    channel<int> c;
    std::vector<int> got;
    auto put = [&](int n) -> task<> { co_await c.put(n); };
    auto get = [&]() -> task<> { got.push_back(co_await c.get()); };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(weft::spawn(put, i));
    for (int i = 0; i < 6; ++i) handles.push_back(weft::spawn(get));
    for (int i = 3; i < 6; ++i) handles.push_back(weft::spawn(put, i));
    co_await weft::joinall(handles);
    CHECK(got == std::vector{0, 1, 2, 3, 4, 5});
  });
}

TEST_CASE("channel: closed, a putter that waits is refused and next gives nothing") {
  weft::testkit::run([]() -> task<> {
    channel<int> c;
    bool refused = false;
    auto put = [&]() -> task<> {
      try {
        co_await c.put(1);
      } catch (const weft::queue_closed&) {
        refused = true;
      }
    };
    auto putter = weft::spawn(put);
    co_await weft::yield();
    c.close();
    co_await putter;
    CHECK(refused);
    const auto item = co_await c.next();
    CHECK_FALSE(item);
  });
}

TEST_CASE("channel: kill and hand-over in the same turn, in both orders: taken or not, never both, never neither") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      channel<int> c;
      int got = 0;
      auto get = [&]() -> task<> { got = co_await c.get(); };
      auto getter = weft::spawn(get);
      co_await weft::yield();
      if (kill_first) getter.kill();
      const bool put = c.try_put(3);
      if (!kill_first) getter.kill();
      co_await getter.join();
      CHECK(put == !kill_first);
      CHECK(got == (put ? 3 : 0));

      bool put_done = false;
      auto body = [&]() -> task<> {
        co_await c.put(4);
        put_done = true;
      };
      auto putter = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) putter.kill();
      const bool taken = c.try_get().has_value();
      if (!kill_first) putter.kill();
      co_await putter.join();
      CHECK(taken == put_done);
      CHECK(taken == !kill_first);
    }
  });
}

}  // namespace

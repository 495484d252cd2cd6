#include <weft/sync/queue.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::queue;
using weft::task;

TEST_CASE("queue: gives items in the order in which they were put, and says how many there are") {
  weft::testkit::run([]() -> task<> {
    queue<std::string> q(3);
    CHECK(q.empty());
    CHECK(q.capacity() == 3);
    co_await q.put("a");
    co_await q.put("b");
    CHECK(q.size() == 2);
    CHECK_FALSE(q.full());
    CHECK(q.try_put("c"));
    CHECK(q.full());
    CHECK_FALSE(q.try_put("d"));
    const std::string first = co_await q.get();
    CHECK(first == "a");
    CHECK(q.try_get() == "b");
    CHECK(q.try_get() == "c");
    CHECK(q.try_get() == std::nullopt);
    CHECK(q.empty());
  });
}

TEST_CASE("queue: a capacity of zero is refused, with the name of the queue") {
  CHECK_THROWS_WITH_AS(queue<int>(0, "jobs"), "the queue 'jobs' has no room: its capacity is 0", std::invalid_argument);
}

TEST_CASE("queue: an unbounded one never lets a producer wait") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(weft::unbounded);
    for (int i = 0; i < 1000; ++i) REQUIRE(q.try_put(i));
    for (int i = 0; i < 500; ++i) REQUIRE(q.try_get() == i);
    for (int i = 1000; i < 3000; ++i) co_await q.put(i);
    for (int i = 500; i < 3000; ++i) REQUIRE(q.try_get() == i);
    CHECK(q.empty());
  });
}

TEST_CASE("queue: putters wait for room, getters for items, both first come, first served") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(1);
    std::vector<int> put_order;
    std::vector<int> got;
    auto put = [&](int n) -> task<> {
      co_await q.put(n);
      put_order.push_back(n);
    };
    auto get = [&]() -> task<> { got.push_back(co_await q.get()); };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 4; ++i) handles.push_back(weft::spawn(put, i));
    co_await weft::yield();
    CHECK(put_order == std::vector{0});
    for (int i = 0; i < 6; ++i) handles.push_back(weft::spawn(get));
    co_await weft::yield();
    for (int i = 4; i < 6; ++i) handles.push_back(weft::spawn(put, i));
    co_await weft::joinall(handles);
    CHECK(put_order == std::vector{0, 1, 2, 3, 4, 5});
    CHECK(got == std::vector{0, 1, 2, 3, 4, 5});
    CHECK(q.empty());
  });
}

TEST_CASE("queue: an item for a getter that waits never lies in the queue, where another could take it") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(2);
    auto get = [&]() -> task<int> { co_return co_await q.get(); };
    auto getter = weft::spawn(get);
    co_await weft::yield();
    CHECK(q.try_put(7));
    CHECK(q.empty());
    CHECK(q.try_get() == std::nullopt);
    const int item = co_await getter;
    CHECK(item == 7);
  });
}

TEST_CASE("queue: items that can only be moved; what try_put refuses stays with the caller") {
  weft::testkit::run([]() -> task<> {
    queue<std::unique_ptr<int>> q(1);
    co_await q.put(std::make_unique<int>(1));
    auto refused = std::make_unique<int>(2);
    CHECK_FALSE(q.try_put(std::move(refused)));
    REQUIRE(refused);  // NOLINT(bugprone-use-after-move): what the test is about
    const auto item = co_await q.get();
    CHECK(*item == 1);
    CHECK(q.try_put(std::move(refused)));
    q.close();
    const auto last = co_await q.next();
    REQUIRE(last);
    CHECK(**last == 2);
  });
}

TEST_CASE("queue: closed, it drains; then get throws and next gives nothing") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(4, "jobs");
    co_await q.put(1);
    co_await q.put(2);
    q.close();
    q.close();
    CHECK(q.is_closed());
    CHECK_FALSE(q.try_put(3));
    std::string refused;
    try {
      co_await q.put(3);
    } catch (const weft::queue_closed& error) {
      refused = error.what();
    }
    CHECK(refused == "the queue 'jobs' is closed");
    const int first = co_await q.get();
    CHECK(first == 1);
    const auto second = co_await q.next();
    CHECK(second == 2);
    const auto third = co_await q.next();
    CHECK(third == std::nullopt);
    bool closed = false;
    try {
      static_cast<void>(co_await q.get());
    } catch (const weft::queue_closed&) {
      closed = true;
    }
    CHECK(closed);
  });
}

TEST_CASE("queue: close wakes who waits, putters with their items not taken; the queue may end right after") {
  weft::testkit::run([]() -> task<> {
    auto full = std::make_unique<queue<int>>(1);
    auto empty = std::make_unique<queue<int>>(1);
    co_await full->put(1);
    int refused = 0;
    auto put = [&refused](queue<int>& q) -> task<> {
      try {
        co_await q.put(2);
      } catch (const weft::queue_closed&) {
        ++refused;
      }
    };
    auto get = [&refused](queue<int>& q) -> task<> {
      try {
        static_cast<void>(co_await q.get());
      } catch (const weft::queue_closed&) {
        ++refused;
      }
    };
    auto next = [](queue<int>& q) -> task<bool> { co_return (co_await q.next()).has_value(); };
    auto putter = weft::spawn(put, std::ref(*full));
    auto getter = weft::spawn(get, std::ref(*empty));
    auto reader = weft::spawn(next, std::ref(*empty));
    co_await weft::yield();
    full->close();
    empty->close();
    CHECK(full->try_get() == 1);
    CHECK(full->try_get() == std::nullopt);
    full.reset();
    empty.reset();
    co_await weft::joinall(putter, getter);
    CHECK(refused == 2);
    const bool more = co_await reader;
    CHECK_FALSE(more);
  });
}

TEST_CASE("queue: join waits until every item that came out has been dealt with") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(2);
    co_await q.join();
    int done = 0;
    auto work = [&]() -> task<> {
      while (const auto item = co_await q.next()) {
        co_await weft::yield();
        ++done;
        q.task_done();
      }
    };
    auto worker = weft::spawn(work);
    for (int i = 0; i < 5; ++i) co_await q.put(i);
    auto impatient = [&]() -> task<> { co_await q.join(); };
    auto killed = weft::spawn(impatient);
    co_await weft::yield();
    co_await killed.kill_join();
    co_await q.join();
    CHECK(done == 5);
    CHECK_THROWS_WITH_AS(q.task_done(), "the queue: task_done() was called too often", std::logic_error);
    q.close();
    co_await worker;
  });
}

TEST_CASE("queue: producer and consumer that never find the queue unready give way to the others") {
  weft::testkit::run([]() -> task<> {
    queue<int> q(1);
    bool other_ran = false;
    auto spin = [&]() -> task<> {
      while (!other_ran) {
        co_await q.put(1);
        static_cast<void>(co_await q.get());
      }
    };
    auto other = [&]() -> task<> {
      other_ran = true;
      co_return;
    };
    auto spinning = weft::spawn(spin);
    auto waiting = weft::spawn(other);
    co_await weft::joinall(spinning, waiting);
    CHECK(q.empty());
  });
}

}  // namespace

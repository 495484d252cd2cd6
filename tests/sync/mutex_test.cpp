#include <weft/sync/mutex.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::mutex;
using weft::task;

TEST_CASE("mutex: lets one task at a time in, in the order in which they came") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    std::vector<int> order;
    int inside = 0;
    auto body = [&](int n) -> task<> {
      const auto guard = co_await m.lock();
      CHECK(++inside == 1);
      order.push_back(n);
      co_await weft::yield();
      --inside;
    };
    std::vector<weft::handle<>> handles;
    for (int i = 0; i < 5; ++i) handles.push_back(weft::spawn(body, i));
    co_await weft::joinall(handles);
    CHECK(order == std::vector{0, 1, 2, 3, 4});
    CHECK_FALSE(m.is_locked());
  });
}

TEST_CASE("mutex: unlocking hands over: who asks next does not overtake who waits") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    std::vector<int> order;
    auto guard = co_await m.lock();
    auto body = [&]() -> task<> {
      const auto inner = co_await m.lock();
      order.push_back(1);
    };
    auto waiting = weft::spawn(body);
    co_await weft::yield();
    guard.unlock();
    CHECK(m.is_locked());
    CHECK_FALSE(static_cast<bool>(m.try_lock()));
    guard = co_await m.lock();
    order.push_back(2);
    CHECK(order == std::vector{1, 2});
    co_await waiting;
  });
}

TEST_CASE("mutex: try_lock gives an empty guard while another holds it") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    {
      const auto first = m.try_lock();
      CHECK(static_cast<bool>(first));
      CHECK(first.mutex() == &m);
      const auto second = m.try_lock();
      CHECK_FALSE(static_cast<bool>(second));
      CHECK(second.mutex() == nullptr);
    }
    CHECK_FALSE(m.is_locked());
    co_return;
  });
}

TEST_CASE("mutex: a guard unlocks once, wherever it was moved to, also to another task") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    auto keep = [&m](weft::mutex_guard guard) -> task<> {
      co_await weft::yield();
      CHECK(m.is_locked());
      guard.unlock();
      guard.unlock();
      CHECK_FALSE(static_cast<bool>(guard));
    };
    auto lock = [&m]() -> task<weft::mutex_guard> { co_return co_await m.lock(); };
    auto locking = weft::spawn(lock);
    auto keeping = weft::spawn(keep, co_await locking);
    locking = {};
    auto waiting = weft::spawn(lock);
    co_await keeping;
    weft::mutex_guard guard = co_await waiting;
    weft::mutex_guard other = std::move(guard);
    CHECK(m.is_locked());
    other = weft::mutex_guard();
    CHECK_FALSE(m.is_locked());
  });
}

TEST_CASE("mutex: a killed waiter leaves; the next one gets it") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    auto guard = co_await m.lock();
    bool got = false;
    auto body = [&]() -> task<> {
      const auto inner = co_await m.lock();
      got = true;
    };
    auto killed = weft::spawn(body);
    auto next = weft::spawn(body);
    co_await weft::yield();
    co_await killed.kill_join();
    CHECK_FALSE(got);
    guard.unlock();
    co_await next;
    CHECK(got);
  });
}

TEST_CASE("mutex: kill and hand-over in the same turn, in both orders: it is not left locked") {
  weft::testkit::run([]() -> task<> {
    for (const bool kill_first : {true, false}) {
      mutex m;
      auto guard = co_await m.lock();
      bool went_on = false;
      auto body = [&]() -> task<> {
        const auto inner = co_await m.lock();
        co_await weft::yield();
        went_on = true;
      };
      auto killed = weft::spawn(body);
      auto next = weft::spawn(body);
      co_await weft::yield();
      if (kill_first) killed.kill();
      guard.unlock();
      if (!kill_first) killed.kill();
      co_await killed.join();
      CHECK_FALSE(went_on);
      co_await next;
      CHECK(went_on);
      CHECK_FALSE(m.is_locked());
    }
  });
}

TEST_CASE("mutex: the task that waits says for which mutex, and who holds it") {
  weft::testkit::run([]() -> task<> {
    mutex m("accounts");
    auto guard = co_await m.lock();
    std::string seen;
    weft::detail::task_state* waiting = nullptr;
    auto body = [&]() -> task<> {
      waiting = &weft::detail::current_task();
      const auto inner = co_await m.lock();
    };
    auto waiter = weft::spawn(body);
    co_await weft::yield();
    REQUIRE(waiting->waiting_on != nullptr);
    CHECK(waiting->waiting_on->what() == std::string("mutex"));
    CHECK(waiting->waiting_on->object() == std::string("accounts"));
    CHECK(waiting->waiting_on->holder() == &weft::detail::current_task());
    guard.unlock();
    co_await waiter;
  });
}

TEST_CASE("mutex: a task that only ever finds it free gives way to the others") {
  weft::testkit::run([]() -> task<> {
    mutex m;
    bool other_ran = false;
    auto spin = [&]() -> task<> {
      while (!other_ran) const auto guard = co_await m.lock();
    };
    auto other = [&]() -> task<> {
      other_ran = true;
      co_return;
    };
    auto spinning = weft::spawn(spin);
    auto waiting = weft::spawn(other);
    co_await weft::joinall(spinning, waiting);
    CHECK_FALSE(m.is_locked());
  });
}

}  // namespace

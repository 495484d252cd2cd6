// What is destroyed while tasks still wait for it: they wait until they are killed, and do not look at it again.
#include <weft/core/join.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/sync/async_result.hpp>
#include <weft/sync/barrier.hpp>
#include <weft/sync/broadcast.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/condition.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/latch.hpp>
#include <weft/sync/queue.hpp>
#include <weft/sync/semaphore.hpp>
#include <weft/sync/watch.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using weft::task;

struct everything {
  weft::queue<int> full{1};
  weft::channel<int> empty;
  weft::broadcast<int> news{1};
  weft::broadcast<int> slow_news{1};
  weft::watch<int> state{0};
  weft::event happened;
  weft::semaphore permits{0};
  weft::barrier both{2};
  weft::latch count{1};
  weft::async_result<int> result;
  weft::mutex lock;
  weft::condition changed;
};

task<> put(everything& e) {
  co_await e.full.put(1);
  co_await e.full.put(2);
}
task<> join(everything& e) { co_await e.full.join(); }
task<> get(everything& e) { static_cast<void>(co_await e.empty.get()); }
task<> listen(everything& e) {
  auto mine = e.news.subscribe();
  while (const auto item = co_await mine.next()) continue;
}
task<> announce(everything& e) {
  for (;;) co_await e.slow_news.put(1);
}
task<> follow(everything& e) {
  auto mine = e.state.subscribe();
  while (const auto value = co_await mine.next()) continue;
}
task<> wait_event(everything& e) { co_await e.happened.wait(); }
task<> acquire(everything& e) { const auto permit = co_await e.permits.guard(); }
task<> arrive(everything& e) { co_await e.both.arrive_and_wait(); }
task<> wait_latch(everything& e) { co_await e.count.wait(); }
task<> get_result(everything& e) { static_cast<void>(co_await e.result.get()); }
task<> wait_condition(everything& e) {
  auto guard = co_await e.lock.lock();
  co_await e.changed.wait(guard);
}

TEST_CASE("sync: who waits for something that was destroyed waits until it is killed, and a report says so") {
  weft::testkit::run([]() -> task<> {
    auto e = std::make_unique<everything>();
    const auto slow = e->slow_news.subscribe();
    std::vector<weft::handle<>> waiting;
    for (auto wait : {put, join, get, listen, announce, follow, wait_event, acquire, arrive, wait_latch, get_result,
                      wait_condition}) {
      waiting.push_back(weft::spawn(weft::spawn_options{"waiting"}, wait, std::ref(*e)));
    }
    co_await weft::yield();
    e.reset();
    std::size_t said = 0;
    for (const weft::task_info& info : weft::tasks()) said += info.object == "(destroyed)" ? 1 : 0;
    CHECK(said == waiting.size());
    co_await weft::killall(waiting);
    for (const auto& handle : waiting) CHECK(handle.killed());
  });
}

TEST_CASE("sync: a main task may end and leave consumers of its queue behind") {
  auto body = []() -> task<> {
    weft::queue<int> jobs(2);
    long sum = 0;
    auto consume = [](weft::queue<int>& from, long& into) -> task<> {
      for (;;) {
        into += co_await from.get();
        from.task_done();
      }
    };
    for (int i = 0; i < 3; ++i) weft::spawn(consume, std::ref(jobs), std::ref(sum));
    for (int i = 1; i <= 10; ++i) co_await jobs.put(i);
    co_await jobs.join();
    CHECK(sum == 55);
  };
  CHECK(weft::run(body) == 0);
}

TEST_CASE("broadcast: a subscription of one that has ended gets nothing more, and can be dropped") {
  weft::testkit::run([]() -> task<> {
    auto news = std::make_unique<weft::broadcast<int>>(1U);
    auto first = news->subscribe();
    auto second = std::move(first);
    first = news->subscribe();
    co_await news->put(1);
    news.reset();
    CHECK(second.size() == 0);
    const auto item = co_await second.next();
    CHECK_FALSE(item);
    first = std::move(second);
  });
}

TEST_CASE("broadcast: a subscriber that was woken before the broadcast has ended gets nothing") {
  for (const int how : {0, 1, 2}) {
    weft::testkit::run([how]() -> task<> {
      auto news = std::make_unique<weft::broadcast<int>>(4);
      auto mine = news->subscribe();
      std::optional<int> got = 7;
      auto listen_once = [&]() -> task<> { got = co_await mine.next(); };
      auto listener = weft::spawn(listen_once);
      co_await weft::yield();
      if (how == 0) news->publish(1);
      if (how == 1) news->close();
      if (how == 2) CHECK(news->try_put(1));
      news.reset();
      co_await listener;
      CHECK_FALSE(got);
    });
  }
}

}  // namespace

// What a report says of tasks that wait for each other.
#include <weft/core/async_generator.hpp>
#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/snapshot.hpp>
#include <weft/sync/async_result.hpp>
#include <weft/sync/barrier.hpp>
#include <weft/sync/bounded_semaphore.hpp>
#include <weft/sync/broadcast.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/condition.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/latch.hpp>
#include <weft/sync/queue.hpp>
#include <weft/sync/recursive_mutex.hpp>
#include <weft/sync/shared_mutex.hpp>
#include <weft/sync/watch.hpp>
#include <weft/testkit/run.hpp>

#include "core/report_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using weft::task;

/// What the task that runs `wait()` waits for: "mutex 'accounts'", with a * where the main task is what it waits on.
template <class F>
task<std::string> described(F wait) {
  auto waiting = weft::spawn(weft::spawn_options{"waiting"}, std::ref(wait));
  co_await weft::yield();
  co_await weft::yield();
  std::string text;
  for (const weft::task_info& info : weft::tasks()) {
    if (info.name != "waiting") continue;
    text = info.wait + " '" + info.object + "'" + (info.holder == weft::tasks().front().id ? "*" : "");
  }
  co_await waiting.kill_join();
  co_return text;
}

TEST_CASE("reports: name what a task waits for, and who holds it") {
  weft::testkit::run([]() -> task<> {
    std::vector<std::string> seen;
    weft::queue<int> full(1, "full");
    co_await full.put(1);
    auto put = [&]() -> task<> { co_await full.put(2); };
    seen.push_back(co_await described(put));
    auto join = [&]() -> task<> { co_await full.join(); };
    seen.push_back(co_await described(join));
    weft::channel<int> empty("empty");
    auto get = [&]() -> task<> { static_cast<void>(co_await empty.get()); };
    seen.push_back(co_await described(get));
    weft::broadcast<int> news(1, "news");
    auto subscription = news.subscribe();
    auto listen = [&]() -> task<> { static_cast<void>(co_await subscription.next()); };
    seen.push_back(co_await described(listen));
    co_await news.put(1);
    auto announce = [&]() -> task<> { co_await news.put(2); };
    seen.push_back(co_await described(announce));
    weft::watch<int> state(1, "state");
    auto watching = state.subscribe();
    static_cast<void>(co_await watching.next());
    auto follow = [&]() -> task<> { static_cast<void>(co_await watching.next()); };
    seen.push_back(co_await described(follow));
    CHECK(seen == std::vector<std::string>{"queue put 'full'", "queue join 'full'", "queue get 'empty'",
                                           "broadcast next 'news'", "broadcast put 'news'", "watch 'state'"});
  });
}

TEST_CASE("reports: name the lock a task waits for, and the task that holds it") {
  weft::testkit::run([]() -> task<> {
    std::vector<std::string> seen;
    weft::mutex m("m");
    auto lock = [&]() -> task<> { const auto guard = co_await m.lock(); };
    weft::condition changed("changed");
    auto wait = [&]() -> task<> {
      auto guard = co_await m.lock();
      co_await changed.wait(guard);
    };
    seen.push_back(co_await described(wait));
    {
      const auto held = co_await m.lock();
      seen.push_back(co_await described(lock));
    }
    weft::recursive_mutex r("r");
    const auto held_r = co_await r.lock();
    auto lock_r = [&]() -> task<> { const auto guard = co_await r.lock(); };
    seen.push_back(co_await described(lock_r));
    weft::shared_mutex s("s");
    auto held_s = co_await s.lock();
    auto read = [&]() -> task<> { const auto guard = co_await s.lock_shared(); };
    seen.push_back(co_await described(read));
    auto write = [&]() -> task<> { const auto guard = co_await s.lock(); };
    seen.push_back(co_await described(write));
    CHECK(seen == std::vector<std::string>{"condition 'changed'", "mutex 'm'*", "recursive mutex 'r'*",
                                           "shared mutex, to read 's'*", "shared mutex, to write 's'*"});
  });
}

TEST_CASE("reports: name the event, the semaphore, the barrier, the latch and the result") {
  weft::testkit::run([]() -> task<> {
    std::vector<std::string> seen;
    weft::event e("e");
    auto wait_e = [&]() -> task<> { co_await e.wait(); };
    seen.push_back(co_await described(wait_e));
    weft::bounded_semaphore s(1, "s");
    const auto permit = co_await s.guard();
    auto acquire = [&]() -> task<> { co_await s.acquire(); };
    seen.push_back(co_await described(acquire));
    weft::barrier b(2, "b");
    auto meet = [&]() -> task<> { co_await b.arrive_and_wait(); };
    seen.push_back(co_await described(meet));
    weft::latch l(1, "l");
    auto wait_l = [&]() -> task<> { co_await l.wait(); };
    seen.push_back(co_await described(wait_l));
    weft::async_result<int> r("r");
    auto get = [&]() -> task<> { static_cast<void>(co_await r.get()); };
    seen.push_back(co_await described(get));
    CHECK(seen ==
          std::vector<std::string>{"event 'e'", "semaphore 's'", "barrier 'b'", "latch 'l'", "async result 'r'"});
  });
}

TEST_CASE("reports: two tasks that hold what the other wants are named as a ring") {
  weft::testkit::run([]() -> task<> {
    weft::mutex left("left");
    weft::mutex right("right");
    auto lock_both = [](weft::mutex& first, weft::mutex& second) -> task<> {
      const auto one = co_await first.lock();
      co_await weft::yield();
      const auto two = co_await second.lock();
    };
    auto a = weft::spawn(weft::spawn_options{"a"}, lock_both, std::ref(left), std::ref(right));
    auto b = weft::spawn(weft::spawn_options{"b"}, lock_both, std::ref(right), std::ref(left));
    for (int i = 0; i < 3; ++i) co_await weft::yield();
    const std::string text = core_test::without_times(weft::dump());
    CHECK(text.find("a waits for mutex 'right', on #3 b") != std::string::npos);
    CHECK(text.find("these wait for each other: #2 a -> #3 b -> #2 a") != std::string::npos);
    a.kill();
    b.kill();
    co_await a.join();
    co_await b.join();
  });
}

/// The report of a main task that nothing can wake.
template <class F>
std::string deadlock_of(F body) {
  std::string report;
  weft::run_options options;
  options.on_deadlock = [&](std::string_view tasks) { report = tasks; };
  CHECK(weft::run(options, std::move(body)) == 1);
  return core_test::without_times(report);
}

TEST_CASE("reports: a ring leads through a scope that waits for its children") {
  const std::string report = deadlock_of([]() -> task<> {
    weft::mutex m("m");
    const auto guard = co_await m.lock();
    auto idle = []() -> task<> {
      weft::event never;
      co_await never.wait();
    };
    auto child = [&]() -> task<> { static_cast<void>(co_await m.lock()); };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(weft::spawn_options{"idle"}, idle);
      group.spawn(weft::spawn_options{"child"}, child);
      co_return;
    };
    co_await weft::scope(body);
  });
  CHECK(report.find("main waits for children, on #2 idle and 1 more") != std::string::npos);
  CHECK(report.find("these wait for each other: #1 main -> #3 child -> #1 main") != std::string::npos);
}

TEST_CASE("reports: a ring leads through a joinall() of some of its tasks") {
  const std::string report = deadlock_of([]() -> task<> {
    weft::mutex m("m");
    const auto guard = co_await m.lock();
    auto child = [&]() -> task<> { static_cast<void>(co_await m.lock()); };
    std::vector<weft::handle<>> children{weft::spawn(weft::spawn_options{"child"}, child)};
    weft::join_options options;
    options.count = 1;
    co_await weft::joinall(children, options);
  });
  CHECK(report.find("these wait for each other: #1 main -> #2 child -> #1 main") != std::string::npos);
}

TEST_CASE("reports: a ring leads through the readers of a shared_mutex") {
  const std::string report = deadlock_of([]() -> task<> {
    weft::shared_mutex a("a");
    weft::mutex b("b");
    auto read = [&]() -> task<> {
      const auto first = co_await a.lock_shared();
      co_await weft::yield();
      const auto second = co_await b.lock();
    };
    auto write = [&]() -> task<> {
      const auto first = co_await b.lock();
      co_await weft::yield();
      const auto second = co_await a.lock();
    };
    auto reader = weft::spawn(weft::spawn_options{"reader"}, read);
    auto writer = weft::spawn(weft::spawn_options{"writer"}, write);
    co_await weft::joinall(reader, writer);
  });
  CHECK(report.find("these wait for each other: #2 reader -> #3 writer -> #2 reader") != std::string::npos);
}

TEST_CASE("reports: of a shared_mutex name no reader whose guard may have changed hands") {
  weft::testkit::run([]() -> task<> {
    weft::shared_mutex s("s");
    std::vector<std::uint64_t> named;
    auto write = [&]() -> task<> { const auto guard = co_await s.lock(); };
    auto look = [&]() -> task<> {
      auto writer = weft::spawn(weft::spawn_options{"writer"}, write);
      co_await weft::yield();
      for (const weft::task_info& info : weft::tasks()) {
        if (info.name == "writer") named = info.holders;
      }
      co_await writer.kill_join();
    };
    const std::uint64_t self = weft::tasks().front().id;
    auto mine = co_await s.lock_shared();
    co_await look();
    CHECK(named == std::vector<std::uint64_t>{self});
    weft::shared_mutex::shared_guard given;
    auto lend = [&]() -> task<> { given = co_await s.lock_shared(); };
    auto lender = weft::spawn(lend);
    co_await lender;
    co_await look();
    CHECK(named.size() == 2);
    auto give_back = [&]() -> task<> {
      given.unlock();
      co_return;
    };
    auto returning = weft::spawn(give_back);
    co_await returning;
    co_await look();
    CHECK(named.empty());
    mine.unlock();
    mine = co_await s.lock_shared();
    co_await look();
    CHECK(named == std::vector<std::uint64_t>{self});
  });
}

TEST_CASE("reports: the chain of waits leads through an asynchronous generator") {
  weft::testkit::run([]() -> task<> {
    static constexpr std::uint_least32_t first_line = __LINE__ + 2;
    auto make = []() -> weft::async_generator<int> {
      co_await weft::sleep(24h);
      co_yield 1;
    };
    auto read = [&]() -> task<> {
      auto g = make();
      static_cast<void>(co_await g.next());
    };
    auto reading = weft::spawn(weft::spawn_options{"reading"}, read);
    co_await weft::yield();
    for (const weft::task_info& info : weft::tasks()) {
      if (info.name != "reading") continue;
      REQUIRE(info.chain.size() == 2);
      CHECK(info.chain[0].line == first_line);
      CHECK(info.chain[1].line == first_line + 5);
    }
    co_await reading.kill_join();
  });
}

}  // namespace

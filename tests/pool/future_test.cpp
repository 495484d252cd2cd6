#include <weft/pool/future.hpp>

#include <weft/core/spawn.hpp>
#include <weft/core/timeout.hpp>
#include <weft/pool/thread_pool.hpp>

#include "core/captured_log.hpp"
#include "core/support.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace core_test;
using weft::future;
using weft::task;

/// The side of a future that does the work.
template <class R>
class producer {
 public:
  [[nodiscard]] future<R> get_future() const { return future<R>(state_); }
  [[nodiscard]] bool begin() const { return state_->begin(); }
  template <class... Args>
  void give(Args&&... args) const {
    REQUIRE(begin());
    state_->set_value(std::forward<Args>(args)...);
  }
  void fail(const std::string& text) const {
    REQUIRE(begin());
    state_->fail(std::make_exception_ptr(std::runtime_error(text)));
  }
  void drop() { state_ = {}; }

 private:
  class result final : public weft::detail::future_result<R> {};
  weft::detail::state_ptr<weft::detail::future_result<R>> state_{new result};
};

TEST_CASE("future: get() gives copies, and a moved one gives the value itself") {
  producer<std::string> work;
  auto result = work.get_future();
  CHECK_FALSE(result.ready());
  work.give("a text that does not fit into the string itself");
  CHECK(result.ready());
  CHECK(result.ok());
  CHECK(result.get() == result.get());
  const std::string moved = std::move(result).get();
  CHECK(moved == "a text that does not fit into the string itself");
}

TEST_CASE("future: a value that cannot be copied goes to the first who asks") {
  producer<std::unique_ptr<int>> work;
  auto result = work.get_future();
  work.give(std::make_unique<int>(7));
  CHECK(*result.get() == 7);
  CHECK_THROWS_AS(static_cast<void>(result.get()), std::logic_error);
}

TEST_CASE("future: what the work threw is thrown each time") {
  producer<void> work;
  auto result = work.get_future();
  work.fail("no luck");
  CHECK(result.failed());
  CHECK_THROWS_WITH_AS(result.get(), "no luck", std::runtime_error);
  CHECK_THROWS_WITH_AS(result.get(), "no luck", std::runtime_error);
  CHECK(weft::describe(result.error()) == "no luck");
}

TEST_CASE("future: get_for() that is over throws timed_out and leaves the future as it was") {
  producer<int> work;
  auto result = work.get_future();
  CHECK_THROWS_AS(result.get_for(0s), weft::timed_out);
  CHECK_THROWS_AS(result.get_for(1ms), weft::timed_out);
  CHECK_FALSE(result.wait_for(-1s));
  work.give(3);
  CHECK(result.get_for(0s) == 3);
  CHECK(result.get_for(weft::duration::max()) == 3);
}

TEST_CASE("future: get() waits for a value that another thread gives") {
  for (int round = 0; round < 200; ++round) {
    producer<int> work;
    auto result = work.get_future();
    std::jthread worker([&] { work.give(round); });
    CHECK(result.get() == round);
  }
}

TEST_CASE("future: cancel() before the work has begun ends it") {
  producer<int> work;
  auto result = work.get_future();
  CHECK(result.cancel("not needed"));
  CHECK(result.cancelled());
  CHECK(result.cancel());
  CHECK_FALSE(work.begin());
  try {
    static_cast<void>(result.get());
    FAIL("get() of a cancelled future gave something");
  } catch (const weft::cancelled& killed) {
    CHECK(killed.reason() == "not needed");
  }
}

TEST_CASE("future: cancel() of running or ended work says that it did nothing") {
  producer<int> running;
  auto first = running.get_future();
  REQUIRE(running.begin());
  CHECK(first.running());
  CHECK_FALSE(first.cancel());
  producer<int> done;
  auto second = done.get_future();
  done.give(1);
  CHECK_FALSE(second.cancel());
  CHECK(second.get() == 1);
}

TEST_CASE("future: callbacks are called once, in order, those of an ended one at once") {
  producer<int> work;
  auto result = work.get_future();
  std::vector<std::string> calls;
  result.on_done([&] { calls.emplace_back("first"); });
  result.on_done([&](future<int>& ended) { calls.push_back("second " + std::to_string(ended.get())); });
  CHECK(calls.empty());
  work.give(5);
  CHECK(calls == std::vector<std::string>{"first", "second 5"});
  result.on_done([&] { calls.emplace_back("third"); });
  CHECK(calls.back() == "third");
  CHECK(calls.size() == 3);
}

TEST_CASE("future: a callback that is added by a callback comes behind those that were there") {
  producer<void> work;
  auto result = work.get_future();
  std::vector<int> calls;
  result.on_done([&](future<>& ended) {
    calls.push_back(1);
    ended.on_done([&] { calls.push_back(3); });
  });
  result.on_done([&] { calls.push_back(2); });
  work.give();
  CHECK(calls == std::vector<int>{1, 2, 3});
}

TEST_CASE("future: a callback that throws neither stops the others nor ends the program") {
  producer<void> work;
  auto result = work.get_future();
  int calls = 0;
  auto main_task = [&]() -> task<> {
    result.on_done([] { throw std::runtime_error("a bad callback"); });
    result.on_done([&] { ++calls; });
    work.give();
    co_return;
  };
  const auto run = run_recorded(main_task);
  CHECK(run.unhandled == std::vector<std::string>{"callback: a bad callback"});
  CHECK(calls == 1);
}

TEST_CASE("future: callbacks see a cancelled future, too") {
  producer<int> work;
  auto result = work.get_future();
  bool seen = false;
  result.on_done([&](future<int>& ended) { seen = ended.cancelled(); });
  CHECK(result.cancel());
  CHECK(seen);
}

TEST_CASE("future: moving one out leaves a callback's look at it alone") {
  producer<std::string> work;
  auto result = work.get_future();
  std::string seen;
  result.on_done([&](future<std::string>& ended) { seen = ended.get(); });
  std::jthread worker([&] { work.give("a text that does not fit into the string itself"); });
  CHECK(std::move(result).get().size() == 47);
  worker.join();
  CHECK(seen.size() == 47);
}

TEST_CASE("future: dropping it does not cancel the work") {
  producer<int> work;
  static_cast<void>(work.get_future());
  CHECK(work.begin());
}

TEST_CASE("future: a failure that no one looked at is reported, once") {
  auto main_task = []() -> task<> {
    producer<int> lost;
    {
      auto result = lost.get_future();
      lost.fail("lost");
    }
    lost.drop();
    producer<int> seen;
    auto result = seen.get_future();
    seen.fail("seen");
    CHECK(result.error());
    co_return;
  };
  const auto run = run_recorded(main_task);
  REQUIRE(run.unhandled.size() == 1);
  CHECK(run.unhandled.front().ends_with(": lost"));
}

TEST_CASE("future: a task that awaits one lets the loop go on, and gets the value from another thread") {
  int turns = 0;
  run_test([&]() -> task<> {
    producer<int> work;
    auto result = work.get_future();
    auto ticking = [&]() -> task<> {
      while (!result.ready()) {
        ++turns;
        co_await weft::yield();
      }
    };
    auto ticker = weft::spawn(ticking);
    co_await weft::yield();
    std::jthread worker([&] { work.give(11); });
    CHECK(co_await result == 11);
    co_await ticker;
    CHECK(co_await std::move(result) == 11);
  });
  CHECK(turns > 0);
}

TEST_CASE("future: awaiting one rethrows, and join() does not") {
  run_test([]() -> task<> {
    producer<int> work;
    auto result = work.get_future();
    std::jthread worker([&] { work.fail("no luck"); });
    co_await result.join();
    CHECK(result.failed());
    CHECK(co_await outcome_of(std::move(result)) == "no luck");
  });
}

TEST_CASE("future: killing the task that waits leaves the work running") {
  run_test([]() -> task<> {
    producer<int> work;
    auto result = work.get_future();
    REQUIRE(work.begin());
    auto waiting = [&]() -> task<> { static_cast<void>(co_await result); };
    auto waiter = weft::spawn(waiting);
    co_await weft::yield();
    co_await waiter.kill_join("enough");
    CHECK(waiter.killed());
    CHECK(result.running());
    const bool ended = co_await weft::move_on_after(0s, waiting);
    CHECK_FALSE(ended);
  });
}

TEST_CASE("future: every one of many waiters goes on, threads and tasks of several loops") {
  producer<int> work;
  auto result = work.get_future();
  std::atomic<int> sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { sum += result.get(); });
      threads.emplace_back([&] {
        auto body = [&]() -> task<> { sum += co_await result; };
        run_test(body);
      });
    }
    work.give(1);
  }
  CHECK(sum == 8);
}

TEST_CASE("future: a task that blocks its loop with get() is named by the watchdog, with what it should have written") {
  const captured_log log;
  weft::thread_pool pool({.core = 1});
  auto options = weft::run_options();
  options.watchdog = 5ms;
  auto body = [&]() -> weft::task<> {
    const auto until_reported = [&] {
      while (log.text().find("has been held") == std::string::npos) std::this_thread::yield();
    };
    pool.submit(until_reported).get();
    co_return;
  };
  CHECK(weft::run(options, body) == 0);
  CHECK(log.text().find("it waits in get(), wait() or join(), which blocks the thread: co_await") != std::string::npos);
}

}  // namespace

#include <weft/pool/thread_pool.hpp>

#include <weft/core/spawn.hpp>
#include <weft/pool/thread_registry.hpp>

#include "support.hpp"

#include <doctest/doctest.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <ranges>
#include <thread>
#include <vector>

namespace {

using namespace pool_test;
using weft::task;
using weft::thread_pool;

TEST_CASE("thread_pool: submit_async() waits for room while the loop goes on") {
  run_test([]() -> task<> {
    busy_pool busy({.core = 1, .queue = 1});
    const auto waiting = busy.pool.submit([] { return 1; });
    auto submit = [&]() -> task<int> {
      auto work = [] { return 2; };
      auto result = co_await busy.pool.submit_async(work);
      co_return co_await result;
    };
    auto submitter = weft::spawn(submit);
    for (int i = 0; i < 10; ++i) co_await weft::yield();
    CHECK_FALSE(submitter.ready());
    CHECK(busy.pool.stats().queued == 1);
    busy.release();
    CHECK(co_await submitter == 2);
    CHECK(co_await waiting == 1);
  });
}

TEST_CASE("thread_pool: a task that is killed while it waits for room has submitted nothing") {
  bool begun = false;
  run_test([&]() -> task<> {
    busy_pool busy({.core = 1, .queue = 1});
    const auto waiting = busy.pool.submit([] {});
    auto submit = [&]() -> task<> {
      auto work = [&] { begun = true; };
      static_cast<void>(co_await busy.pool.submit_async(work));
    };
    auto submitter = weft::spawn(submit);
    co_await weft::yield();
    co_await submitter.kill_join("enough");
    CHECK(submitter.killed());
    busy.release();
    co_await waiting;
    co_await weft::yield();
  });
  CHECK_FALSE(begun);
}

TEST_CASE("thread_pool: many tasks share a small queue, and all of their work is done") {
  std::atomic<int> done = 0;
  run_test([&]() -> task<> {
    thread_pool pool({.core = 2, .queue = 2});
    auto body = [&]() -> task<> {
      auto work = [&] { ++done; };
      for (int i = 0; i < 50; ++i) {
        auto result = co_await pool.submit_async(work);
        co_await result;
      }
    };
    std::vector<weft::handle<>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(weft::spawn(body));
    for (const auto& submitter : tasks) co_await submitter;
  });
  CHECK(done == 500);
}

TEST_CASE("thread_pool: submit_async() throws when the pool ends meanwhile") {
  run_test([]() -> task<> {
    busy_pool busy({.core = 1, .queue = 1});
    const auto waiting = busy.pool.submit([] {});
    auto submit = [&]() -> task<> {
      auto work = [] {};
      static_cast<void>(co_await busy.pool.submit_async(work));
    };
    auto submitter = weft::spawn(submit);
    co_await weft::yield();
    busy.pool.shutdown(weft::shutdown::cancel_queued, 0s);
    const std::string outcome = co_await outcome_of(submitter);
    CHECK(outcome.ends_with("it has been shut down"));
  });
}

TEST_CASE("thread_pool: map() gives the results in order, and takes elements as they are wanted") {
  thread_pool pool({.core = 2});
  std::vector<int> results;
  int taken = 0;
  auto numbers = std::views::iota(0, 100) | std::views::transform([&](int number) {
                   ++taken;
                   return number;
                 });
  for (const int square : pool.map(numbers, [](int number) { return number * number; }, {.window = 4})) {
    results.push_back(square);
    CHECK(taken <= static_cast<int>(results.size()) + 4);
  }
  REQUIRE(results.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(results[static_cast<std::size_t>(i)] == i * i);
}

TEST_CASE("thread_pool: map() throws a failure at its place, and goes on behind it") {
  thread_pool pool({.core = 2});
  auto results = pool.map(std::vector<int>{1, 2, 3}, [](int number) {
    if (number == 2) throw std::runtime_error("two");
    return number;
  });
  auto it = results.begin();
  CHECK(*it == 1);
  ++it;
  CHECK_THROWS_WITH_AS(static_cast<void>(*it), "two", std::runtime_error);
  ++it;
  CHECK(*it == 3);
  ++it;
  CHECK(it == results.end());
}

TEST_CASE("thread_pool: map() never rejects") {
  thread_pool pool({.core = 1, .queue = 0});
  int sum = 0;
  for (const int number : pool.map(std::vector<int>{1, 2, 3, 4}, [](int given) { return given; })) sum += number;
  CHECK(sum == 10);
}

TEST_CASE("thread_pool: a dropped map() cancels what waits") {
  busy_pool busy({.core = 1});
  std::atomic<int> calls = 0;
  {
    const auto results = busy.pool.map(std::vector<int>(10), [&](int) { ++calls; });
  }
  busy.release();
  busy.pool.wait_idle();
  CHECK(calls == 0);
}

TEST_CASE("thread_pool: for_each() waits for all, then throws the first failure") {
  thread_pool pool({.core = 2});
  std::atomic<int> calls = 0;
  const auto call = [&](int number) {
    ++calls;
    if (number % 2 == 0) throw std::runtime_error(std::to_string(number));
  };
  CHECK_THROWS_WITH(pool.for_each(std::vector<int>{1, 2, 3, 4, 5}, call), "2");
  CHECK(calls == 5);
}

TEST_CASE("thread_pool: its executor runs what Asio is given") {
  thread_pool pool({.name = "asio", .core = 2});
  const auto executor = pool.executor();
  CHECK(executor == pool.executor());
  const auto posted =
      boost::asio::post(executor, boost::asio::use_future([] { return weft::this_thread::name(); })).get();
  CHECK(posted.starts_with("asio-"));
  auto spawned = boost::asio::co_spawn(
      executor,
      []() -> boost::asio::awaitable<std::string> {
        co_await boost::asio::post(boost::asio::use_awaitable);
        co_return weft::this_thread::name();
      },
      boost::asio::use_future);
  CHECK(spawned.get().starts_with("asio-"));
  std::promise<std::string> name;
  boost::asio::post(boost::asio::bind_executor(executor, [&] { name.set_value(weft::this_thread::name()); }));
  CHECK(name.get_future().get().starts_with("asio-"));
}

TEST_CASE("thread_pool: what its executor is given never runs inside of the call, whatever reject says") {
  busy_pool busy({.core = 1, .queue = 1, .reject = weft::reject::caller_runs});
  const auto waiting = busy.pool.submit([] {});
  std::promise<std::thread::id> ran;
  boost::asio::post(busy.pool.executor(), [&] { ran.set_value(std::this_thread::get_id()); });
  busy.release();
  CHECK(ran.get_future().get() != std::this_thread::get_id());
  waiting.get();
}

}  // namespace

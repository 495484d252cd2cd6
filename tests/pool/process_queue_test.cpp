#include <weft/pool/process_queue.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/pool/process.hpp>
#include <weft/pool/process_pool.hpp>
#include <weft/sync/queue_closed.hpp>

#include "core/support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace process_queue_test {

using namespace std::chrono_literals;
using weft::process_queue;

void put_numbers(process_queue<int> to, int first, int count) {
  for (int i = 0; i < count; ++i) to.put(first + i);
}
long add_up(process_queue<int> from) {
  long sum = 0;
  try {
    for (;;) sum += from.get();
  } catch (const weft::queue_closed&) {
    return sum;
  }
}
std::string get_text(process_queue<std::string> from) { return from.get(); }

TEST_CASE("process_queue: first in, first out, exact in size, and bounded") {
  process_queue<std::string> q(2);
  CHECK(q.empty());
  CHECK_THROWS_AS(q.get_nowait(), weft::queue_empty);
  CHECK_THROWS_AS(q.get(true, 1ms), weft::queue_empty);
  q.put("a");
  q.put_nowait("b");
  CHECK(q.qsize() == 2);
  CHECK(q.full());
  CHECK_THROWS_AS(q.put_nowait("c"), weft::queue_full);
  CHECK_THROWS_AS(q.put("c", true, 1ms), weft::queue_full);
  CHECK(q.get() == "a");
  CHECK(q.get(false) == "b");
  CHECK(q.empty());
}

TEST_CASE("process_queue: closed, it drains, then says so") {
  process_queue<int> q(3);
  q.put(1);
  q.close();
  q.close();
  CHECK(q.is_closed());
  CHECK_THROWS_AS(q.put(2), weft::queue_closed);
  CHECK(q.get() == 1);
  CHECK_THROWS_AS(q.get(), weft::queue_closed);
}

TEST_CASE("process_queue: what makes no sense is refused") {
  CHECK_THROWS_AS(process_queue<int>(0), std::invalid_argument);
  process_queue<std::string> q(1, {.max_bytes = 1});
  CHECK_THROWS_AS(q.put(std::string(1'000'000, 'x')), weft::codec_error);
}

TEST_CASE("process_queue: what blocks takes its limits from the real clock, whatever the loop's says") {
  core_test::run_simulated_test([]() -> weft::task<> {
    co_await weft::sleep(24h);
    process_queue<int> q(1);
    CHECK_THROWS_AS(q.get(true, 1ms), weft::queue_empty);
    CHECK_THROWS_AS(q.get(true, -1ms), std::invalid_argument);
  });
}

TEST_CASE("process_queue: the bytes of items are a limit, too") {
  process_queue<std::string> q(100, {.max_bytes = 64 * 1024});
  q.put(std::string(40'000, 'a'));
  CHECK_THROWS_AS(q.put_nowait(std::string(40'000, 'b')), weft::queue_full);
  CHECK(q.get().size() == 40'000);
  for (int i = 0; i < 50; ++i) {
    q.put(std::string(40'000, static_cast<char>('a' + i % 26)));
    CHECK(q.get() == std::string(40'000, static_cast<char>('a' + i % 26)));
  }
}

TEST_CASE("process_queue: an argument of tasks is the same queue in every process") {
  weft::process_pool pool({.workers = 3});
  process_queue<int> q(10);
  auto sum = pool.submit<&add_up>(q);
  auto a = pool.submit<&put_numbers>(q, 0, 1000);
  auto b = pool.submit<&put_numbers>(q, 1000, 1000);
  a.get();
  b.get();
  q.close();
  CHECK(sum.get() == 1999L * 2000 / 2);
}

TEST_CASE("process_queue: an argument of a process, too") {
  process_queue<int> q(10);
  weft::process p;
  p.start<&put_numbers>(q, 5, 100);
  for (int i = 0; i < 100; ++i) CHECK(q.get() == 5 + i);
  p.join();
}

TEST_CASE("process_queue: closing wakes those who wait in other processes") {
  weft::process_pool pool({.workers = 2});
  process_queue<int> q(1);
  q.put(7);
  auto putting = pool.submit<&put_numbers>(q, 1, 2);
  process_queue<int> none(1);
  auto getting = pool.submit<&add_up>(none);
  while (pool.stats().given != 2) std::this_thread::yield();
  q.close();
  none.close();
  CHECK_THROWS_AS(putting.get(), weft::queue_closed);
  CHECK(getting.get() == 0);
}

void put_until_killed(process_queue<std::string> to) {
  for (;;) to.put(std::string(3000, 'x'));
}
void get_until_killed(process_queue<std::string> from) {
  for (;;) from.get();
}

TEST_CASE("process_queue: peers that are killed at any moment leave it whole") {
  process_queue<std::string> q(50);
  for (int round = 0; round < 30; ++round) {
    weft::process putter;
    weft::process getter;
    putter.start<&put_until_killed>(q);
    getter.start<&get_until_killed>(q);
    while (q.qsize() < 10) std::this_thread::yield();
    (round % 2 == 0 ? putter : getter).kill();
    putter.kill();
    getter.kill();
    putter.join();
    getter.join();
    while (!q.empty()) CHECK(q.get_nowait() == std::string(3000, 'x'));
    CHECK(q.qsize() == 0);
    q.put("still there");
    CHECK(q.get() == "still there");
  }
}

TEST_CASE("process_queue: threads use it as well") {
  process_queue<int> q(4);
  std::atomic<long> sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) threads.emplace_back([&] { sum += add_up(q); });
  std::thread putter([&] { put_numbers(q, 0, 5000); });
  putter.join();
  q.close();
  for (auto& thread : threads) thread.join();
  CHECK(sum == 4999L * 5000 / 2);
}

TEST_CASE("process_queue: tasks put and get while the loop goes on") {
  core_test::run_test([]() -> weft::task<> {
    weft::process_pool pool({.workers = 2});
    process_queue<int> q(3);
    auto sum = pool.submit<&add_up>(q);
    for (int i = 0; i < 1000; ++i) co_await q.async_put(i);
    q.close();
    const long total = co_await sum;
    CHECK(total == 999L * 1000 / 2);

    process_queue<int> back(3);
    auto putting = pool.submit<&put_numbers>(back, 0, 1000);
    for (int i = 0; i < 1000; ++i) {
      const int got = co_await back.async_get();
      CHECK(got == i);
    }
    co_await putting;
  });
}

TEST_CASE("process_queue: a task that is killed while it waits has taken nothing") {
  core_test::run_test([]() -> weft::task<> {
    process_queue<int> q(3);
    auto get = [](process_queue<int> from) -> weft::task<int> { co_return co_await from.async_get(); };
    auto first = weft::spawn(get, q);
    auto second = weft::spawn(get, q);
    co_await weft::sleep(1ms);
    q.put(1);
    co_await first.kill_join();
    q.put(2);
    const int got = co_await second;
    CHECK(got == 1);
    CHECK(q.qsize() == 1);
  });
}

}  // namespace process_queue_test

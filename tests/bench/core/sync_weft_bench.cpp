// weft's side of sync_asio_bench.cpp: what one task hands to another, and generators.
#include "core/measure.hpp"
#include "core/sync_bench.hpp"

#include <weft/core/async_generator.hpp>
#include <weft/core/generator.hpp>
#include <weft/core/join.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/sync/channel.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/queue.hpp>

#include <benchmark/benchmark.h>

namespace {

using bench::hand_overs;
using weft::task;

/// Runs both as tasks that wait for each other; counts allocations from where both have run.
template <class First, class Second>
void run_pair(benchmark::State& state, First first, Second second) {
  std::uint64_t allocations = 0;
  auto body = [&]() -> task<> {
    auto one = weft::spawn(std::ref(first));
    auto two = weft::spawn(std::ref(second));
    co_await weft::yield();
    const auto before = bench::allocations();
    co_await weft::joinall(one, two);
    allocations += bench::allocations() - before;
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * hand_overs);
  state.counters["allocations"] = static_cast<double>(allocations);
}

template <class Queue>
void pass_items(benchmark::State& state, Queue& q) {
  auto produce = [&]() -> task<> {
    for (int i = 0; i < hand_overs; ++i) co_await q.put(i);
  };
  auto consume = [&]() -> task<> {
    std::int64_t sum = 0;
    for (int i = 0; i < hand_overs; ++i) sum += co_await q.get();
    benchmark::DoNotOptimize(sum);
  };
  run_pair(state, produce, consume);
}

void queue_hand_over(benchmark::State& state) {
  weft::queue<int> q(1);
  pass_items(state, q);
}

void channel_hand_over(benchmark::State& state) {
  weft::channel<int> c;
  pass_items(state, c);
}

void event_wake(benchmark::State& state) {
  weft::event ping;
  weft::event pong;
  auto play = [](weft::event& theirs, weft::event& mine) -> task<> {
    for (int i = 0; i < hand_overs / 2; ++i) {
      co_await mine.wait();
      mine.clear();
      theirs.set();
    }
  };
  auto first = [&]() -> task<> {
    ping.set();
    return play(pong, ping);
  };
  auto second = [&]() -> task<> { return play(ping, pong); };
  run_pair(state, first, second);
  ping.clear();
}

void mutex_hand_over(benchmark::State& state) {
  weft::mutex m;
  auto lock = [&]() -> task<> {
    for (int i = 0; i < hand_overs / 2; ++i) const auto guard = co_await m.lock();
  };
  auto contended = [&]() -> task<> {
    auto guard = co_await m.lock();
    co_await weft::yield();
    guard.unlock();
    co_await lock();
  };
  run_pair(state, contended, lock);
}

weft::generator<int> count(int last) {
  for (int i = 0; i < last; ++i) co_yield i;
}

void generator_next(benchmark::State& state) {
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (const int x : count(hand_overs)) sum += x;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * hand_overs);
}

weft::async_generator<int> count_async(int last) {
  for (int i = 0; i < last; ++i) co_yield i;
}

void async_generator_next(benchmark::State& state) {
  auto body = []() -> task<> {
    std::int64_t sum = 0;
    auto g = count_async(hand_overs);
    while (const auto x = co_await g.next()) sum += *x;
    benchmark::DoNotOptimize(sum);
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * hand_overs);
}

/// How late a timer is beside tasks that never have to wait for their queue.
void timer_lateness(benchmark::State& state) {
  for (auto _ : state) {
    bench::lateness late;
    auto body = [&]() -> task<> {
      weft::queue<int> q(bench::busy_room);
      bool done = false;
      auto produce = [&]() -> task<> {
        while (!done) co_await q.put(1);
        q.close();
      };
      auto consume = [&]() -> task<> {
        while (const auto item = co_await q.next()) benchmark::DoNotOptimize(*item);
      };
      auto producer = weft::spawn(produce);
      auto consumer = weft::spawn(consume);
      for (int i = 0; i < bench::busy_waits; ++i) {
        const auto due = late.next_due();
        co_await weft::sleep_until(due);
        late.add();
      }
      done = true;
      co_await weft::joinall(producer, consumer);
    };
    weft::run(body);
    state.SetIterationTime(late.median_seconds());
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void bench::add_sync_cases() {
  auto add = [](const char* name, auto body) { return benchmark::RegisterBenchmark(name, body); };
  add("weft/queue_hand_over", queue_hand_over);
  add("weft/channel_hand_over", channel_hand_over);
  add("weft/event_wake", event_wake);
  add("weft/mutex_hand_over", mutex_hand_over);
  add("weft/generator_next", generator_next);
  add("weft/async_generator_next", async_generator_next);
  add("weft/timer_lateness", timer_lateness)->Iterations(1)->UseManualTime();
}

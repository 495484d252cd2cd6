// weft's side of asio_bench.cpp: same work, same names, same counting.
#include "core/measure.hpp"
#include "core/structure_bench.hpp"
#include "core/sync_bench.hpp"

#include <weft/core/asio.hpp>
#include <weft/core/join.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task.hpp>
#include <weft/core/timeout.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <boost/asio/deferred.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <vector>

namespace {

namespace asio = boost::asio;
using weft::task;

task<> yielder(int turns) {
  for (int i = 0; i < turns; ++i) co_await weft::yield();
}

void yield_100_tasks(benchmark::State& state) {
  constexpr int turns = 10'000;
  auto body = []() -> task<> {
    std::vector<weft::handle<void>> handles;
    for (int i = 0; i < 100; ++i) handles.push_back(weft::spawn(yielder, turns));
    co_await weft::joinall(handles);
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * 100 * turns);
}

task<> nothing() { co_return; }

void spawn_join(benchmark::State& state) {
  constexpr int count = 100'000;
  auto body = []() -> task<> {
    for (int i = 0; i < count; ++i) co_await weft::spawn(nothing);
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * count);
}

void spawn_all_join(benchmark::State& state) {
  auto body = []() -> task<> {
    std::vector<weft::handle<void>> handles;
    handles.reserve(bench::tasks_at_once);
    for (int i = 0; i < bench::tasks_at_once; ++i) handles.push_back(weft::spawn(nothing));
    co_await weft::joinall(handles);
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * bench::tasks_at_once);
}

task<int> add_one(int value) { co_return value + 1; }

void nested_await(benchmark::State& state) {
  constexpr int count = 100'000;
  auto body = []() -> task<> {
    int value = 0;
    for (int i = 0; i < count; ++i) value = co_await add_one(value);
    benchmark::DoNotOptimize(value);
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * count);
}

void await_post(benchmark::State& state) {
  constexpr int count = 100'000;
  std::uint64_t allocations = 0;
  auto body = [&]() -> task<> {
    auto executor = weft::this_loop().get_executor();
    co_await asio::post(executor, asio::deferred);
    auto before = bench::allocations();
    for (int i = 0; i < count; ++i) co_await asio::post(executor, asio::deferred);
    allocations += bench::allocations() - before;
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["allocations"] = static_cast<double>(allocations);
}

using local_socket = asio::basic_stream_socket<asio::local::stream_protocol, asio::io_context::executor_type>;

task<> exchange(local_socket& left, local_socket& right, int turns) {
  std::array<char, 64> data{};
  for (int i = 0; i < turns; ++i) {
    co_await left.async_write_some(asio::buffer(data), asio::deferred);
    co_await right.async_read_some(asio::buffer(data), asio::deferred);
  }
}

void await_socket_pair(benchmark::State& state) {
  constexpr int count = 10'000;
  std::uint64_t allocations = 0;
  auto body = [&]() -> task<> {
    local_socket left(weft::this_loop().get_executor());
    local_socket right(weft::this_loop().get_executor());
    asio::local::connect_pair(left, right);
    co_await exchange(left, right, 1);
    auto before = bench::allocations();
    co_await exchange(left, right, count);
    allocations += bench::allocations() - before;
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * count * 2);
  state.counters["allocations"] = static_cast<double>(allocations);
}

task<int> after_one_turn() {
  co_await weft::yield();
  co_return 1;
}

void timeout_not_reached(benchmark::State& state) {
  constexpr int count = 100'000;
  auto body = []() -> task<> {
    for (int i = 0; i < count; ++i) {
      auto result = co_await weft::timeout(std::chrono::hours(1), after_one_turn);
      benchmark::DoNotOptimize(result);
    }
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * count);
}

task<> sleeper(std::chrono::nanoseconds delay, int& awake) {
  co_await weft::sleep(delay);
  ++awake;
}

void sleep_million(benchmark::State& state) {
  auto delays = bench::sleeper_delays();
  int awake = 0;
  bool in_time = false;
  double asleep = 0;
  auto body = [&]() -> task<> {
    auto resident = bench::resident_bytes();
    std::vector<weft::handle<void>> handles;
    handles.reserve(delays.size());
    for (auto delay : delays) handles.push_back(weft::spawn(sleeper, delay, std::ref(awake)));
    co_await weft::yield();
    in_time = awake == 0;
    asleep = static_cast<double>(bench::resident_bytes() - resident);
    bench::wait_until_due();
    co_await weft::joinall(handles);
  };
  for (auto _ : state) {
    auto start = bench::cpu_seconds();
    weft::run(body);
    state.SetIterationTime(bench::cpu_seconds() - start);
    state.counters["bytes_per_task"] = asleep / bench::sleepers;
    if (!in_time || awake != bench::sleepers) state.SkipWithError("a sleeper woke early, or never");
  }
  state.SetItemsProcessed(state.iterations() * bench::sleepers);
}

task<> napper(bench::nap_lengths& lengths) {
  for (int i = 0; i < bench::naps; ++i) co_await weft::sleep(lengths.next());
}

void nap_million(benchmark::State& state) {
  bench::nap_lengths lengths;
  double asleep = 0;
  auto body = [&]() -> task<> {
    auto resident = bench::resident_bytes();
    std::vector<weft::handle<void>> handles;
    handles.reserve(bench::sleepers);
    for (int i = 0; i < bench::sleepers; ++i) handles.push_back(weft::spawn(napper, std::ref(lengths)));
    co_await weft::joinall(handles);
    asleep = static_cast<double>(bench::resident_bytes() - resident);
  };
  for (auto _ : state) {
    auto start = bench::cpu_seconds();
    weft::run(body);
    state.SetIterationTime(bench::cpu_seconds() - start);
    state.counters["bytes_per_task"] = asleep / bench::sleepers;
  }
  state.SetItemsProcessed(state.iterations() * bench::sleepers * bench::naps);
}

void yield_unwatched(benchmark::State& state) {
  constexpr int turns = 10'000;
  auto body = []() -> task<> {
    std::vector<weft::handle<void>> handles;
    for (int i = 0; i < 100; ++i) handles.push_back(weft::spawn(yielder, turns));
    co_await weft::joinall(handles);
  };
  auto options = weft::run_options();
  options.watchdog = std::nullopt;
  for (auto _ : state) weft::run(options, body);
  state.SetItemsProcessed(state.iterations() * 100 * turns);
}

}  // namespace

int main(int argc, char** argv) {
  auto add = [](const char* name, auto body) { return benchmark::RegisterBenchmark(name, body); };
  add("weft/yield_100_tasks", yield_100_tasks);
  add("weft/spawn_join", spawn_join);
  add("weft/nested_await", nested_await);
  add("weft/await_post", await_post);
  add("weft/await_socket_pair", await_socket_pair);
  add("weft/timeout_not_reached", timeout_not_reached);
  add("weft/spawn_all_join", spawn_all_join)->Iterations(1);
  add("weft/sleep_million", sleep_million)->Iterations(1)->UseManualTime();
  add("weft/nap_million", nap_million)->Iterations(1)->UseManualTime();
  add("weft/yield_unwatched", yield_unwatched);
  bench::add_structure_cases();
  bench::add_sync_cases();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

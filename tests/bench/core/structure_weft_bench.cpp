// weft's side of structure_asio_bench.cpp: tasks inside of tasks, deadlines, cancellation.
#include "core/measure.hpp"
#include "core/structure_bench.hpp"

#include <weft/core/cancel_scope.hpp>
#include <weft/core/join.hpp>
#include <weft/core/map.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/timeout.hpp>

#include <benchmark/benchmark.h>

#include <ranges>

namespace {

using bench::structures;
using weft::task;

void measure(benchmark::State& state, task<> (*body)()) {
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * structures);
}

task<int> add_one(int value) { co_return value + 1; }

task<> gather_two() {
  for (int i = 0; i < structures; ++i) {
    const auto both = co_await weft::gather(add_one(i), add_one(i));
    benchmark::DoNotOptimize(std::get<0>(both) + std::get<1>(both));
  }
}

task<> timeout_ready() {
  for (int i = 0; i < structures; ++i) {
    const int value = co_await weft::timeout(std::chrono::seconds(1), add_one, i);
    benchmark::DoNotOptimize(value);
  }
}

// What a wait with a limit does to the loop's deadlines when it ends in time.
task<> deadline_taken_back() {
  for (int i = 0; i < structures; ++i) {
    const weft::deadline limit(std::chrono::hours(1));
    benchmark::DoNotOptimize(&limit);
  }
  co_return;
}

// A task that sleeps is cancelled, wakes and catches that.
task<> sleep_cancelled() {
  for (int i = 0; i < structures; ++i) {
    weft::cancel_scope scope;
    weft::this_loop().post([&] { scope.cancel("enough"); });
    try {
      co_await weft::sleep(std::chrono::hours(1));
    } catch (const weft::cancelled&) {
      if (!scope.was_hit()) throw;
    }
  }
}

task<> map_ready() { co_await weft::map(std::views::iota(0, structures), add_one); }

}  // namespace

void bench::add_structure_cases() {
  auto add = [](const char* name, task<> (*body)()) {
    benchmark::RegisterBenchmark(name, [body](benchmark::State& state) { measure(state, body); });
  };
  add("weft/gather_two", gather_two);
  add("weft/timeout_ready", timeout_ready);
  add("weft/deadline_taken_back", deadline_taken_back);
  add("weft/cancelled_sleep", sleep_cancelled);
  add("weft/map_ready", map_ready);
}

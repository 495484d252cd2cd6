// The peer: the same work with asio::awaitable and co_spawn. Every loop has a timer, and thereby its reactor, as every
// program that does I/O. Each case in two ways: "asio" is the best that the library
// allows (io_context's own executor type, deferred), "asio_usual" is what its examples show (awaitable<T>,
// use_awaitable).
#include "core/measure.hpp"
#include "core/structure_bench.hpp"
#include "core/sync_bench.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>
#include <vector>

namespace {

namespace asio = boost::asio;

struct event_loop : asio::io_context {
  event_loop() : io_context(1) {}
  asio::steady_timer timer{*this};
};

struct fast {
  using executor = asio::io_context::executor_type;
  static constexpr auto token() { return asio::deferred; }
};
struct usual {
  using executor = asio::any_io_executor;
  static constexpr auto token() { return asio::use_awaitable; }
};

template <class Style, class T = void>
using awaitable = asio::awaitable<T, typename Style::executor>;
template <class Style>
using timer_of = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                            typename Style::executor>;
template <class Style>
using socket_of = asio::basic_stream_socket<asio::local::stream_protocol, typename Style::executor>;

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

template <class Style, class Body>
void run(event_loop& context, Body body) {
  typename Style::executor executor = context.get_executor();
  asio::co_spawn(executor, body, rethrow);
  context.restart();
  context.run();
}

template <class Style>
awaitable<Style> yielder(typename Style::executor executor, int turns) {
  for (int i = 0; i < turns; ++i) co_await asio::post(executor, Style::token());
}

template <class Style>
void yield_100_tasks(benchmark::State& state) {
  constexpr int turns = 10'000;
  for (auto _ : state) {
    event_loop context;
    typename Style::executor executor = context.get_executor();
    for (int i = 0; i < 100; ++i) asio::co_spawn(executor, yielder<Style>(executor, turns), rethrow);
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * 100 * turns);
}

template <class Style>
awaitable<Style> nothing() {
  co_return;
}

template <class Style>
void spawn_join(benchmark::State& state) {
  constexpr int count = 100'000;
  event_loop context;
  auto body = [&]() -> awaitable<Style> {
    typename Style::executor executor = context.get_executor();
    for (int i = 0; i < count; ++i) co_await asio::co_spawn(executor, nothing<Style>(), Style::token());
  };
  for (auto _ : state) run<Style>(context, body);
  state.SetItemsProcessed(state.iterations() * count);
}

// Started from outside the loop, all tasks exist before the first runs, which is what weft's spawn does as well.
// Started from inside, co_spawn runs the child on the spot: the "inline" case never has more than one.
template <class Style>
void spawn_all_join(benchmark::State& state) {
  for (auto _ : state) {
    event_loop context;
    typename Style::executor executor = context.get_executor();
    int left = bench::tasks_at_once;
    auto ended = [&](std::exception_ptr error) {
      rethrow(error);
      --left;
    };
    for (int i = 0; i < bench::tasks_at_once; ++i) asio::co_spawn(executor, nothing<Style>(), ended);
    context.run();
    if (left != 0) state.SkipWithError("a task did not end");
  }
  state.SetItemsProcessed(state.iterations() * bench::tasks_at_once);
}

template <class Style>
void spawn_all_join_inline(benchmark::State& state) {
  event_loop context;
  auto body = [&]() -> awaitable<Style> {
    typename Style::executor executor = context.get_executor();
    timer_of<Style> all_ended(context, std::chrono::steady_clock::time_point::max());
    int left = bench::tasks_at_once;
    auto ended = [&](std::exception_ptr error) {
      rethrow(error);
      if (--left == 0) all_ended.cancel();
    };
    for (int i = 0; i < bench::tasks_at_once; ++i) asio::co_spawn(executor, nothing<Style>(), ended);
    co_await all_ended.async_wait(asio::as_tuple(Style::token()));
  };
  for (auto _ : state) run<Style>(context, body);
  state.SetItemsProcessed(state.iterations() * bench::tasks_at_once);
}

template <class Style>
awaitable<Style, int> add_one(int value) {
  co_return value + 1;
}

template <class Style>
void nested_await(benchmark::State& state) {
  constexpr int count = 100'000;
  event_loop context;
  auto body = [&]() -> awaitable<Style> {
    int value = 0;
    for (int i = 0; i < count; ++i) value = co_await add_one<Style>(value);
    benchmark::DoNotOptimize(value);
  };
  for (auto _ : state) run<Style>(context, body);
  state.SetItemsProcessed(state.iterations() * count);
}

template <class Style>
void await_post(benchmark::State& state) {
  constexpr int count = 100'000;
  event_loop context;
  std::uint64_t allocations = 0;
  auto body = [&]() -> awaitable<Style> {
    typename Style::executor executor = context.get_executor();
    co_await asio::post(executor, Style::token());
    auto before = bench::allocations();
    for (int i = 0; i < count; ++i) co_await asio::post(executor, Style::token());
    allocations += bench::allocations() - before;
  };
  for (auto _ : state) run<Style>(context, body);
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["allocations"] = static_cast<double>(allocations);
}

template <class Style>
void await_socket_pair(benchmark::State& state) {
  constexpr int count = 10'000;
  event_loop context;
  socket_of<Style> left(context);
  socket_of<Style> right(context);
  asio::local::connect_pair(left, right);
  std::uint64_t allocations = 0;
  auto exchange = [&](int turns) -> awaitable<Style> {
    std::array<char, 64> data{};
    for (int i = 0; i < turns; ++i) {
      co_await left.async_write_some(asio::buffer(data), Style::token());
      co_await right.async_read_some(asio::buffer(data), Style::token());
    }
  };
  auto body = [&]() -> awaitable<Style> {
    co_await exchange(1);
    auto before = bench::allocations();
    co_await exchange(count);
    allocations += bench::allocations() - before;
  };
  for (auto _ : state) run<Style>(context, body);
  state.SetItemsProcessed(state.iterations() * count * 2);
  state.counters["allocations"] = static_cast<double>(allocations);
}

template <class Style>
awaitable<Style, int> after_one_turn(typename Style::executor executor) {
  co_await asio::post(executor, Style::token());
  co_return 1;
}

// Asio 1.81 has no timeout for an awaitable. The usual way races it against a timer with operator ||.
void timeout_not_reached_usual(benchmark::State& state) {
  constexpr int count = 100'000;
  event_loop context;
  auto body = [&]() -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    asio::any_io_executor executor = context.get_executor();
    asio::steady_timer timer(executor);
    for (int i = 0; i < count; ++i) {
      timer.expires_after(std::chrono::hours(1));
      auto result = co_await (after_one_turn<usual>(executor) || timer.async_wait(asio::use_awaitable));
      benchmark::DoNotOptimize(result.index());
    }
  };
  for (auto _ : state) run<usual>(context, body);
  state.SetItemsProcessed(state.iterations() * count);
}

// The least that can be done by hand: arm a timer that would cancel the work, await the work in place, disarm it.
void timeout_not_reached_by_hand(benchmark::State& state) {
  constexpr int count = 100'000;
  event_loop context;
  auto body = [&]() -> awaitable<fast> {
    fast::executor executor = context.get_executor();
    timer_of<fast> timer(executor);
    bool late = false;
    for (int i = 0; i < count; ++i) {
      timer.expires_after(std::chrono::hours(1));
      timer.async_wait([&](boost::system::error_code error) { late = late || !error; });
      auto result = co_await after_one_turn<fast>(executor);
      benchmark::DoNotOptimize(result);
      timer.cancel();
    }
  };
  for (auto _ : state) run<fast>(context, body);
  state.SetItemsProcessed(state.iterations() * count);
}

template <class Style>
awaitable<Style> sleeper(typename Style::executor executor, std::chrono::nanoseconds delay, int& awake) {
  timer_of<Style> timer(executor, delay);
  co_await timer.async_wait(Style::token());
  ++awake;
}

template <class Style>
void sleep_million(benchmark::State& state) {
  auto delays = bench::sleeper_delays();
  for (auto _ : state) {
    auto resident = bench::resident_bytes();
    auto start = bench::cpu_seconds();
    event_loop context;
    typename Style::executor executor = context.get_executor();
    int awake = 0;
    for (auto delay : delays) asio::co_spawn(executor, sleeper<Style>(executor, delay, awake), rethrow);
    context.poll();
    bool in_time = awake == 0;
    auto asleep = static_cast<double>(bench::resident_bytes() - resident);
    bench::wait_until_due();
    context.run();
    state.SetIterationTime(bench::cpu_seconds() - start);
    state.counters["bytes_per_task"] = asleep / bench::sleepers;
    if (!in_time || awake != bench::sleepers) state.SkipWithError("a sleeper woke early, or never");
  }
  state.SetItemsProcessed(state.iterations() * bench::sleepers);
}

template <class Style>
awaitable<Style> napper(typename Style::executor executor, bench::nap_lengths& lengths) {
  timer_of<Style> timer(executor);
  for (int i = 0; i < bench::naps; ++i) {
    timer.expires_after(lengths.next());
    co_await timer.async_wait(Style::token());
  }
}

template <class Style>
void nap_million(benchmark::State& state) {
  bench::nap_lengths lengths;
  for (auto _ : state) {
    auto resident = bench::resident_bytes();
    auto start = bench::cpu_seconds();
    event_loop context;
    typename Style::executor executor = context.get_executor();
    for (int i = 0; i < bench::sleepers; ++i) asio::co_spawn(executor, napper<Style>(executor, lengths), rethrow);
    context.run();
    state.SetIterationTime(bench::cpu_seconds() - start);
    state.counters["bytes_per_task"] = static_cast<double>(bench::resident_bytes() - resident) / bench::sleepers;
  }
  state.SetItemsProcessed(state.iterations() * bench::sleepers * bench::naps);
}

template <class Style>
void add_cases(const std::string& style) {
  auto add = [&](const char* name, auto body) {
    return benchmark::RegisterBenchmark((style + "/" + name).c_str(), body);
  };
  add("yield_100_tasks", yield_100_tasks<Style>);
  add("spawn_join", spawn_join<Style>);
  add("nested_await", nested_await<Style>);
  add("await_post", await_post<Style>);
  add("await_socket_pair", await_socket_pair<Style>);
  add("spawn_all_join", spawn_all_join<Style>)->Iterations(1);
  add("spawn_all_join_inline", spawn_all_join_inline<Style>)->Iterations(1);
  add("sleep_million", sleep_million<Style>)->Iterations(1)->UseManualTime();
  add("nap_million", nap_million<Style>)->Iterations(1)->UseManualTime();
}

}  // namespace

int main(int argc, char** argv) {
  add_cases<fast>("asio");
  add_cases<usual>("asio_usual");
  benchmark::RegisterBenchmark("asio/timeout_not_reached", timeout_not_reached_by_hand);
  benchmark::RegisterBenchmark("asio_usual/timeout_not_reached", timeout_not_reached_usual);
  bench::add_structure_cases();
  bench::add_sync_cases();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

// The peer: Asio has channels, which also serve as its mutex, and timers that are cancelled, which serve as its event.
// In two ways, as in asio_bench.cpp.
#include "core/measure.hpp"
#include "core/sync_bench.hpp"

#include <benchmark/benchmark.h>

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/coro.hpp>
#include <exception>
#include <optional>
#include <string>

namespace {

namespace asio = boost::asio;
using bench::hand_overs;
using boost::system::error_code;

struct fast {
  using executor = asio::io_context::executor_type;
  static constexpr auto token() { return asio::deferred; }
};
struct usual {
  using executor = asio::any_io_executor;
  static constexpr auto token() { return asio::use_awaitable; }
};

template <class Style>
using awaitable = asio::awaitable<void, typename Style::executor>;
template <class Style, class Signature>
using channel_of = asio::experimental::channel<typename Style::executor, Signature>;
template <class Style>
using timer_of = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                            typename Style::executor>;

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

/// Runs both until they have ended; counts all their allocations.
template <class Style, class First, class Second>
void run_pair(benchmark::State& state, asio::io_context& context, First first, Second second) {
  std::uint64_t allocations = 0;
  for (auto _ : state) {
    context.restart();
    typename Style::executor executor = context.get_executor();
    asio::co_spawn(executor, first, rethrow);
    asio::co_spawn(executor, second, rethrow);
    const auto before = bench::allocations();
    context.run();
    allocations += bench::allocations() - before;
  }
  state.SetItemsProcessed(state.iterations() * hand_overs);
  state.counters["allocations"] = static_cast<double>(allocations);
}

template <class Style, std::size_t Room>
void channel_hand_over(benchmark::State& state) {
  asio::io_context context(1);
  channel_of<Style, void(error_code, int)> channel(context.get_executor(), Room);
  auto produce = [&]() -> awaitable<Style> {
    for (int i = 0; i < hand_overs; ++i) co_await channel.async_send(error_code(), i, Style::token());
  };
  auto consume = [&]() -> awaitable<Style> {
    std::int64_t sum = 0;
    for (int i = 0; i < hand_overs; ++i) sum += co_await channel.async_receive(Style::token());
    benchmark::DoNotOptimize(sum);
  };
  run_pair<Style>(state, context, produce, consume);
}

template <class Style>
void event_wake(benchmark::State& state) {
  asio::io_context context(1);
  timer_of<Style> ping(context, std::chrono::steady_clock::time_point::max());
  timer_of<Style> pong(context, std::chrono::steady_clock::time_point::max());
  auto play = [](timer_of<Style>& theirs, timer_of<Style>& mine) -> awaitable<Style> {
    for (int i = 0; i < hand_overs / 2; ++i) {
      co_await mine.async_wait(asio::as_tuple(Style::token()));
      theirs.cancel();
    }
  };
  auto first = [&]() -> awaitable<Style> {
    typename Style::executor executor = context.get_executor();
    asio::post(executor, [&] { ping.cancel(); });
    return play(pong, ping);
  };
  auto second = [&]() -> awaitable<Style> { return play(ping, pong); };
  run_pair<Style>(state, context, first, second);
}

template <class Style>
void mutex_hand_over(benchmark::State& state) {
  asio::io_context context(1);
  channel_of<Style, void(error_code)> free(context.get_executor(), 1);
  auto lock = [&]() -> awaitable<Style> {
    for (int i = 0; i < hand_overs / 2; ++i) {
      co_await free.async_receive(Style::token());
      free.try_send(error_code());
    }
  };
  auto contended = [&]() -> awaitable<Style> {
    typename Style::executor executor = context.get_executor();
    co_await asio::post(executor, Style::token());
    free.try_send(error_code());
    co_await lock();
    co_await free.async_receive(Style::token());
  };
  run_pair<Style>(state, context, contended, lock);
}

asio::experimental::coro<int> count(asio::any_io_executor, int last) {
  for (int i = 0; i < last; ++i) co_yield i;
}

void async_generator_next(benchmark::State& state) {
  asio::io_context context(1);
  auto body = [&]() -> asio::awaitable<void> {
    std::int64_t sum = 0;
    auto g = count(context.get_executor(), hand_overs);
    for (;;) {
      const std::optional<int> x = co_await g.async_resume(asio::use_awaitable);
      if (!x) break;
      sum += *x;
    }
    benchmark::DoNotOptimize(sum);
  };
  for (auto _ : state) {
    context.restart();
    asio::co_spawn(context, body, rethrow);
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * hand_overs);
}

template <class Style>
void timer_lateness(benchmark::State& state) {
  for (auto _ : state) {
    bench::lateness late;
    asio::io_context context(1);
    typename Style::executor executor = context.get_executor();
    channel_of<Style, void(error_code, int)> q(executor, bench::busy_room);
    bool done = false;
    auto produce = [&]() -> awaitable<Style> {
      while (!done) co_await q.async_send(error_code(), 1, Style::token());
      q.close();
    };
    auto consume = [&]() -> awaitable<Style> {
      try {
        for (;;) benchmark::DoNotOptimize(co_await q.async_receive(Style::token()));
      } catch (const boost::system::system_error&) {
        // closed
      }
    };
    auto wait = [&]() -> awaitable<Style> {
      timer_of<Style> timer(executor);
      for (int i = 0; i < bench::busy_waits; ++i) {
        timer.expires_at(late.next_due());
        co_await timer.async_wait(Style::token());
        late.add();
      }
      done = true;
    };
    asio::co_spawn(executor, produce, rethrow);
    asio::co_spawn(executor, consume, rethrow);
    asio::co_spawn(executor, wait, rethrow);
    context.run();
    state.SetIterationTime(late.median_seconds());
  }
  state.SetItemsProcessed(state.iterations());
}

template <class Style>
void add_cases(const std::string& style) {
  auto add = [&](const char* name, auto body) {
    return benchmark::RegisterBenchmark((style + "/" + name).c_str(), body);
  };
  add("queue_hand_over", channel_hand_over<Style, 1>);
  add("channel_hand_over", channel_hand_over<Style, 0>);
  add("event_wake", event_wake<Style>);
  add("mutex_hand_over", mutex_hand_over<Style>);
  add("timer_lateness", timer_lateness<Style>)->Iterations(1)->UseManualTime();
}

}  // namespace

void bench::add_sync_cases() {
  add_cases<fast>("asio");
  add_cases<usual>("asio_usual");
  benchmark::RegisterBenchmark("asio_usual/async_generator_next", async_generator_next);
}

// The peer: awaitable_operators, and timers by hand. In two ways, as in asio_bench.cpp; the operators take the usual form
// only, since they need an executor that any coroutine's can be converted to.
#include "core/measure.hpp"
#include "core/structure_bench.hpp"

#include <benchmark/benchmark.h>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <exception>

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using bench::structures;
using boost::system::error_code;
using tuned_executor = asio::io_context::executor_type;
using tuned_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, tuned_executor>;

void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

template <class Body>
void measure(benchmark::State& state, Body body) {
  asio::io_context context(1);
  asio::steady_timer reactor(context);
  for (auto _ : state) {
    context.restart();
    asio::co_spawn(context.get_executor(), body(context), rethrow);
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * structures);
}

template <class Executor>
asio::awaitable<int, Executor> add_one(int value) {
  co_return value + 1;
}

template <class Executor>
asio::awaitable<void, Executor> gather_two(asio::io_context& /*context*/) {
  for (int i = 0; i < structures; ++i) {
    const auto [first, second] = co_await (add_one<Executor>(i) && add_one<Executor>(i));
    benchmark::DoNotOptimize(first + second);
  }
}

asio::awaitable<void> timeout_ready_usual(asio::io_context& context) {
  asio::steady_timer timer(context);
  for (int i = 0; i < structures; ++i) {
    timer.expires_after(std::chrono::seconds(1));
    const auto result = co_await (add_one<asio::any_io_executor>(i) || timer.async_wait(asio::use_awaitable));
    benchmark::DoNotOptimize(result.index());
  }
}

asio::awaitable<void, tuned_executor> timeout_ready_by_hand(asio::io_context& context) {
  tuned_timer timer(context);
  bool late = false;
  for (int i = 0; i < structures; ++i) {
    timer.expires_after(std::chrono::seconds(1));
    timer.async_wait([&](error_code error) { late = late || !error; });
    const int value = co_await add_one<tuned_executor>(i);
    benchmark::DoNotOptimize(value);
    timer.cancel();
  }
}

asio::awaitable<void, tuned_executor> deadline_taken_back(asio::io_context& context) {
  tuned_timer timer(context);
  bool late = false;
  for (int i = 0; i < structures; ++i) {
    timer.expires_after(std::chrono::hours(1));
    timer.async_wait([&](error_code error) { late = late || !error; });
    timer.cancel();
  }
  co_await asio::post(context, asio::deferred);
}

asio::awaitable<void> cancelled_sleep_usual(asio::io_context& context) {
  asio::steady_timer timer(context);
  for (int i = 0; i < structures; ++i) {
    timer.expires_after(std::chrono::hours(1));
    asio::post(context, [&] { timer.cancel(); });
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error& error) {
      benchmark::DoNotOptimize(error.code());
    }
  }
}

// Without an exception.
asio::awaitable<void, tuned_executor> cancelled_sleep_by_hand(asio::io_context& context) {
  tuned_timer timer(context);
  for (int i = 0; i < structures; ++i) {
    timer.expires_after(std::chrono::hours(1));
    asio::post(context, [&] { timer.cancel(); });
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
    benchmark::DoNotOptimize(error);
  }
}

}  // namespace

void bench::add_structure_cases() {
  auto add = [](const char* name, auto body) {
    benchmark::RegisterBenchmark(name, [body](benchmark::State& state) { measure(state, body); });
  };
  add("asio/gather_two", gather_two<tuned_executor>);
  add("asio_usual/gather_two", gather_two<asio::any_io_executor>);
  add("asio/timeout_ready", timeout_ready_by_hand);
  add("asio_usual/timeout_ready", timeout_ready_usual);
  add("asio/deadline_taken_back", deadline_taken_back);
  add("asio/cancelled_sleep", cancelled_sleep_by_hand);
  add("asio_usual/cancelled_sleep", cancelled_sleep_usual);
}

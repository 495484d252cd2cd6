// Calls from another thread to an io_context, which Asio runs with its locks on.
#include "core/post_bench.hpp"

#include <benchmark/benchmark.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <thread>

namespace {

namespace asio = boost::asio;

void post_from_thread(benchmark::State& state) {
  for (auto _ : state) {
    asio::io_context context(1);
    auto guard = asio::make_work_guard(context);
    std::size_t called = 0;
    std::thread sender([&] {
      for (std::size_t i = 0; i < bench::posts; ++i) {
        asio::post(context, [&] {
          if (++called == bench::posts) guard.reset();
        });
      }
    });
    context.run();
    sender.join();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bench::posts));
}

void post_round_trip(benchmark::State& state) {
  struct game {
    asio::io_context first{1};
    asio::io_context second{1};
    std::array<asio::io_context*, 2> sides{&first, &second};
    std::size_t left = bench::round_trips * 2;

    void hit() {
      if (--left == 0) {
        first.stop();
        second.stop();
        return;
      }
      asio::post(*sides[left % 2], [this] { hit(); });
    }
  };
  for (auto _ : state) {
    game played;
    auto first_guard = asio::make_work_guard(played.first);
    auto second_guard = asio::make_work_guard(played.second);
    std::thread other([&] { played.second.run(); });
    asio::post(played.second, [&played] { played.hit(); });
    played.first.run();
    other.join();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bench::round_trips));
}

BENCHMARK(post_from_thread)->Name("asio/post_from_thread")->UseRealTime();
BENCHMARK(post_round_trip)->Name("asio/post_round_trip")->UseRealTime();

}  // namespace

// weft's side of asio_post_bench.cpp.
#include "core/post_bench.hpp"

#include <weft/core/run.hpp>
#include <weft/mt/event.hpp>
#include <weft/mt/loop_ref.hpp>

#include <benchmark/benchmark.h>

#include <thread>

namespace {

using weft::task;

void post_from_thread(benchmark::State& state) {
  auto body = []() -> task<> {
    weft::mt::event done;
    std::size_t called = 0;
    std::thread sender([&, to = weft::loop_ref(weft::this_loop())] {
      for (std::size_t i = 0; i < bench::posts; ++i) {
        weft::mt::post(to, [&] {
          if (++called == bench::posts) done.set();
        });
      }
    });
    co_await done.wait();
    sender.join();
  };
  for (auto _ : state) weft::run(body);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bench::posts));
}

void post_round_trip(benchmark::State& state) {
  struct game {
    weft::loop_ref sides[2];
    weft::mt::event done;
    std::size_t left = bench::round_trips * 2;

    void hit() {
      if (--left == 0) return done.set();
      weft::mt::post(sides[left % 2], [this] { hit(); });
    }
  };
  auto body = []() -> task<> {
    game played{{weft::loop_ref(0), weft::loop_ref(1)}, {}};
    weft::mt::post(played.sides[1], [&played] { played.hit(); });
    co_await played.done.wait();
  };
  weft::run_options options;
  options.threads = 2;
  for (auto _ : state) weft::run(options, body);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bench::round_trips));
}

BENCHMARK(post_from_thread)->Name("weft/post_from_thread")->UseRealTime();
BENCHMARK(post_round_trip)->Name("weft/post_round_trip")->UseRealTime();

}  // namespace

#include "echo/bench.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <functional>

#include <weft/core/cancelled.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/timeout.hpp>

namespace weft::echo_app {
namespace {

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

time_point bench_run::due(std::uint64_t number, std::size_t index) const noexcept {
  const double place =
      static_cast<double>(number) * static_cast<double>(settings.connections) + static_cast<double>(index);
  const double seconds = place / static_cast<double>(settings.rate.value_or(1));
  return measure_from + std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

task<bench_result> run_bench(const bench_config& settings, std::exception_ptr& interrupted) {
  bench_run run{settings};
  // Set anew when all connections are there.
  run.measure_from = time_point::max();
  const double before = cpu_seconds();
  const time_point begun = this_loop().now();
  try {
    if (settings.target.udp) {
      co_await load_udp(run);
    } else {
      co_await load_tcp(run);
    }
  } catch (const cancelled&) {
    interrupted = std::current_exception();
  }
  const time_point now = this_loop().now();
  const double wall = std::chrono::duration<double>(now - begun).count();
  const duration measured = interrupted ? std::max(duration::zero(), now - run.measure_from) : settings.length;
  run.result.seconds = std::chrono::duration<double>(measured).count();
  run.result.own_cpu = wall > 0 ? (cpu_seconds() - before) / wall : 0;
  co_return std::move(run.result);
}

}  // namespace weft::echo_app

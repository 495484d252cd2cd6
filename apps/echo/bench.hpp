#pragma once

#include <cstdint>
#include <exception>
#include <optional>

#include <weft/core/task.hpp>
#include <weft/core/time.hpp>

#include "echo/config.hpp"
#include "echo/histogram.hpp"

namespace weft::echo_app {

/// What a run of the load generator has found.
struct bench_result {
  histogram latencies;
  std::uint64_t requests = 0;    ///< answered, within the measured time
  std::uint64_t lost = 0;        ///< UDP: not answered in time
  std::uint64_t mismatches = 0;  ///< answers that differ from what was sent
  std::uint64_t broken = 0;      ///< connections that failed
  double seconds = 0;
  double own_cpu = 0;  ///< share of the measured time that this process has used; near 1: it is the limit

  [[nodiscard]] std::uint64_t errors() const noexcept { return lost + mismatches + broken; }
};

/// When a run measures, and what it counts; shared by its connections. One loop.
struct bench_run {
  const bench_config& settings;
  time_point measure_from = {};
  time_point end = {};
  bench_result result = {};

  /// Counts an answer to what was, or should have been, sent at `sent`.
  void answered(time_point sent, time_point now) noexcept {
    if (now < measure_from || now >= end) return;
    ++result.requests;
    result.latencies.add((now - sent).count());
  }
  /// When message `number` of connection `index` is to be sent; needs a rate.
  [[nodiscard]] time_point due(std::uint64_t number, std::size_t index) const noexcept;
};

/// Connects, runs to the end and counts. Errors: where a connection cannot be made.
/// Cancellation: ends the run; what it has found until then is given, and `interrupted` is what is to be thrown then.
task<bench_result> run_bench(const bench_config& settings, std::exception_ptr& interrupted);

/// What the connections of each kind do, until the end of the run; ended from outside.
task<> load_tcp(bench_run& run);
task<> load_udp(bench_run& run);

}  // namespace weft::echo_app

#pragma once

#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>
#include <weft/testkit/cancel_sweep.hpp>
#include <weft/testkit/seeds.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <utility>

/// What a scenario around a primitive has to stand: every order of its ready tasks, and every cancellation.
namespace sweep {

using namespace std::chrono_literals;

inline weft::task<int> give_after(std::chrono::hours wait, int value) {
  co_await weft::sleep(wait);
  co_return value;
}

/// Throws, so that the seed or the suspension point is named.
inline void expect(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

/// scope(body), and behind it `check()`, also when the scope was cancelled.
template <class Body, class Check>
weft::task<> scope_then(Body body, Check check) {
  std::exception_ptr error;
  try {
    co_await weft::scope(std::move(body));
  } catch (...) {
    error = std::current_exception();
  }
  check();
  if (error) std::rethrow_exception(error);
}

/// Runs the scenario under 1000 seeds; then kills its main task at each of its waits, in a few orders, and so each task
/// named in `victims`, without which the others have to come to their end.
template <class Scenario>
void everything(Scenario scenario, std::initializer_list<const char*> victims = {}) {
  weft::testkit::for_each_seed(1000, scenario);
  weft::testkit::cancel_at_every_suspension(scenario);
  for (const char* victim : victims) weft::testkit::cancel_at_every_suspension(scenario, {.task = victim});
  weft::testkit::for_each_seed(20, [&](std::uint64_t seed) {
    weft::testkit::cancel_at_every_suspension(scenario, {.seed = seed});
    for (const char* victim : victims) {
      weft::testkit::cancel_at_every_suspension(scenario, {.task = victim, .seed = seed});
    }
  });
}

}  // namespace sweep

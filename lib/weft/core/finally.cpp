#include <weft/core/finally.hpp>

#include <weft/core/loop.hpp>

#include <chrono>

namespace weft::detail {

namespace {

/// What the cleanup failed with; null when it ended well.
task<std::exception_ptr> run_shielded(task<void> cleanup, time_limit budget) {
  shield_scope shield(budget);
  std::exception_ptr error;
  bool over_budget = false;
  try {
    co_await std::move(cleanup);
  } catch (const cancelled&) {
    shield.report();
    over_budget = shield.is_cancelled();
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (over_budget) {
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(budget.length());
    error = std::make_exception_ptr(timed_out("cleanup took longer than " + std::to_string(limit.count()) + " ms"));
  }
  co_return error;
}

}  // namespace

task<void> clean_up(task<void> cleanup, time_limit budget, std::exception_ptr in_flight) {
  std::exception_ptr failed = co_await run_shielded(std::move(cleanup), budget);
  if (!in_flight) in_flight = std::exchange(failed, nullptr);
  if (failed) report_unhandled("cleanup of " + current_task().name(), failed);
  if (in_flight) std::rethrow_exception(in_flight);
}

}  // namespace weft::detail

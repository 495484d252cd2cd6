#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What the tests of the core share. They stand on the core alone, so that a broken upper layer does not hide them.
namespace core_test {

using namespace std::chrono_literals;

/// Runs `body()` as a main task that has to end well, with nothing left unhandled; rethrows what it throws.
template <class F>
void run_test(F body, weft::run_options options = {}) {
  std::exception_ptr failure;
  auto guarded = [&]() -> weft::task<> {
    try {
      co_await body();
    } catch (const weft::cancelled& killed) {
      failure = std::make_exception_ptr(std::runtime_error("the test was cancelled: " + killed.reason()));
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const int code = weft::run(std::move(options), guarded);
  if (failure) std::rethrow_exception(failure);
  if (code != 0) throw std::runtime_error("run() gave " + std::to_string(code));
}

/// Time passes at once.
inline weft::run_options simulated_clock() {
  auto options = weft::run_options();
  options.clock = weft::clock_mode::simulated;
  return options;
}

template <class F>
void run_simulated_test(F body) {
  run_test(std::move(body), simulated_clock());
}

/// A run whose unhandled failures are kept as "task: what it threw".
struct recorded_run {
  int code = -1;
  std::vector<std::string> unhandled;
};

template <class F>
recorded_run run_recorded(F body, weft::run_options options = {}) {
  recorded_run result;
  options.on_unhandled = [&](std::string_view task, const std::exception_ptr& error) {
    result.unhandled.push_back(std::string(task) + ": " + weft::describe(error));
  };
  result.code = weft::run(std::move(options), body);
  return result;
}

/// Awaits anything and gives "ok", or what it threw as weft::describe() puts it.
template <class Awaitable>
weft::task<std::string> outcome_of(Awaitable awaitable) {
  std::exception_ptr error;
  try {
    static_cast<void>(co_await std::move(awaitable));
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return std::string("ok");
  co_return weft::describe(error);
}

inline weft::task<> nothing() { co_return; }

template <class T>
weft::task<T> give(T value) {
  co_return value;
}

inline weft::task<> fail_with(std::string text) {
  throw std::runtime_error(text);
  co_return;
}

inline weft::task<int> after_turns(int turns, int value) {
  for (int i = 0; i < turns; ++i) co_await weft::yield();
  co_return value;
}

inline weft::task<int> fail_after_turns(int turns, std::string text) {
  for (int i = 0; i < turns; ++i) co_await weft::yield();
  throw std::runtime_error(text);
}

/// Counts how many of its copies live.
class tracker {
 public:
  explicit tracker(int& alive) noexcept : alive_(&alive) { ++*alive_; }
  tracker(const tracker& other) noexcept : alive_(other.alive_) { ++*alive_; }
  tracker& operator=(const tracker&) = delete;
  ~tracker() { --*alive_; }

 private:
  int* alive_;
};

}  // namespace core_test

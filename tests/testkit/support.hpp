#pragma once

#include <weft/core/cancelled.hpp>
#include <weft/core/logger.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

namespace testkit_test {

using namespace std::chrono_literals;

/// What `f()` throws, as weft::describe() puts it; empty: nothing.
template <class F>
std::string failure_of(F f) {
  try {
    f();
  } catch (...) {
    return weft::describe(std::current_exception());
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Keeps what weft logs off the terminal, for tests of what is logged as well as thrown.
class silent_log {
 public:
  silent_log() : sinks_(std::exchange(weft::logger()->sinks(), {})) {}
  silent_log(const silent_log&) = delete;
  silent_log& operator=(const silent_log&) = delete;
  ~silent_log() { weft::logger()->sinks() = std::move(sinks_); }

 private:
  std::vector<spdlog::sink_ptr> sinks_;
};

}  // namespace testkit_test

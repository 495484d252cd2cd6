#pragma once

#include <weft/core/cancelled.hpp>

#include <chrono>
#include <exception>
#include <string>

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

}  // namespace testkit_test

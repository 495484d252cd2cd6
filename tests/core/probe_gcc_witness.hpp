#pragma once

#include "support.hpp"

#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

/// What the probes for compiler defects in coroutines share. docs/decisions/gcc12-coroutines.md has the table behind
/// them.
namespace gcc_probe {

using namespace core_test;
using weft::task;

/// A value that is only well where it was constructed: one that was copied bit by bit, destroyed twice or used after
/// its end counts as spoiled.
class witness {
 public:
  explicit witness(int value) : witness(std::make_unique<int>(value)) {}
  witness(const witness& other) : witness(std::make_unique<int>(other.value())) {}
  witness& operator=(const witness&) = delete;
  ~witness() {
    if (self_ != this) ++spoiled_;
    self_ = nullptr;
    --alive_;
  }

  [[nodiscard]] int value() const {
    if (self_ != this) ++spoiled_;
    return self_ == this ? *value_ : -1;
  }
  [[nodiscard]] static int alive() { return alive_; }
  [[nodiscard]] static int spoiled() { return spoiled_; }

 private:
  explicit witness(std::unique_ptr<int> value) : value_(std::move(value)), self_(this) { ++alive_; }

  std::unique_ptr<int> value_;
  const witness* self_;
  inline static int alive_ = 0;
  inline static int spoiled_ = 0;
};

/// Runs the body; afterwards every witness has ended, exactly once.
template <class F>
void run_probe(F body) {
  run_test(body);
  CHECK(witness::alive() == 0);
  CHECK(witness::spoiled() == 0);
}

/// Longer than any small buffer, so that a wrong copy is a wrong pointer.
inline const std::string long_text = "a text that does not fit into the small buffer of a string";

/// Suspends before, between and after, and calls what it was given as late as possible.
template <class F>
task<int> call_late(F f) {
  co_await weft::yield();
  const int result = co_await f();
  co_await weft::yield();
  co_return result;
}

inline task<int> value_of(witness w) {
  co_await weft::yield();
  co_return w.value();
}

inline task<int> size_of(std::string text) {
  co_await weft::yield();
  co_return static_cast<int>(text.size());
}

}  // namespace gcc_probe

// g++ 12.2 miscompiles or refuses what stands under this condition; clang does what the standard says.
#if !defined(__GNUC__) || defined(__clang__)
#define WEFT_PROBE_WHOLE_STANDARD 1
#else
#define WEFT_PROBE_WHOLE_STANDARD 0
#endif

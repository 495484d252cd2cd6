#include <weft/base/backoff.hpp>

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;

TEST_CASE("backoff: every delay lies under a ceiling that doubles up to the cap") {
  weft::backoff delays({.base = 100ms, .cap = 1s}, 7);
  for (const auto ceiling : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto delay = delays.next();
    CHECK(delay >= 0ns);
    CHECK(delay <= ceiling);
  }
}

TEST_CASE("backoff: the same seed gives the same delays and another seed gives others") {
  weft::backoff a({}, 1), b({}, 1), c({}, 2);
  bool differs = false;
  for (int i = 0; i < 8; ++i) {
    const auto delay = a.next();
    CHECK(delay == b.next());
    differs = differs || delay != c.next();
  }
  CHECK(differs);
}

TEST_CASE("backoff: reset starts at the base again") {
  weft::backoff delays({.base = 1ms, .cap = 1h}, 3);
  for (int i = 0; i < 30; ++i) (void)delays.next();
  delays.reset();
  CHECK(delays.next() <= 1ms);
}

TEST_CASE("backoff: a huge cap does not overflow") {
  weft::backoff delays({.base = 1s, .cap = std::chrono::nanoseconds::max()}, 3);
  for (int i = 0; i < 200; ++i) CHECK(delays.next() >= 0ns);
}

}  // namespace

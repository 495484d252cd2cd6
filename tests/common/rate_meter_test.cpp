#include "common/rate_meter.hpp"

#include <doctest/doctest.h>

using weft::app::rate_meter;
using namespace std::chrono_literals;

TEST_CASE("rate_meter: a steady stream shows its rate") {
  rate_meter meter;
  rate_meter::time_point now{};
  CHECK(meter.per_second() == 0);
  for (std::uint64_t i = 0; i < 100; ++i) meter.sample(now + i * 100ms, i * 1000);
  CHECK(meter.per_second() == doctest::Approx(10000));
}

TEST_CASE("rate_meter: what was seconds ago is forgotten") {
  rate_meter meter;
  rate_meter::time_point now{};
  for (std::uint64_t i = 0; i < 20; ++i) meter.sample(now + i * 500ms, i * 500000);
  for (std::uint64_t i = 20; i < 60; ++i) meter.sample(now + i * 500ms, 9500000);
  CHECK(meter.per_second() == 0);
}

TEST_CASE("rate_meter: two samples at one moment give no infinite rate") {
  rate_meter meter;
  meter.sample({}, 0);
  meter.sample({}, 1000);
  CHECK(meter.per_second() == 0);
}

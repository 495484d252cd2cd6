#include "echo/histogram.hpp"

#include <doctest/doctest.h>

#include <cmath>

using weft::echo_app::histogram;

TEST_CASE("histogram: every percentile is right to one in 128") {
  histogram found;
  for (int i = 1; i <= 100'000; ++i) found.add(std::int64_t{i} * 1000);
  CHECK(found.total() == 100'000);
  CHECK(found.largest() == 100'000'000);
  CHECK(found.mean() == doctest::Approx(50'000'500.0));
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = share * 1e8;
    CHECK(std::abs(static_cast<double>(found.percentile(share)) - exact) <= exact / 128 + 1000);
  }
}

TEST_CASE("histogram: small and huge values have their places, and nothing has no percentile") {
  histogram found;
  CHECK(found.percentile(0.5) == 0);
  CHECK(found.mean() == 0);
  found.add(-5);
  found.add(0);
  found.add(3);
  CHECK(found.percentile(0.1) == 0);
  CHECK(found.percentile(1) == 3);
  found.add(INT64_MAX);
  CHECK(found.percentile(1) == INT64_MAX);
}

TEST_CASE("histogram: two together count as one") {
  histogram one;
  histogram two;
  one.add(1000);
  two.add(5000);
  two.add(9000);
  one.add(two);
  CHECK(one.total() == 3);
  CHECK(one.largest() == 9000);
  CHECK(one.mean() == doctest::Approx(5000));
}

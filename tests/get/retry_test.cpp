#include "get/retry.hpp"

#include <doctest/doctest.h>

using namespace weft::get_app;
using namespace std::chrono_literals;

namespace {

failure passing() {
  failure why;
  why.transient = true;
  return why;
}

}  // namespace

TEST_CASE("retry: waits are drawn below a bound that doubles up to the longest") {
  retry_policy policy;
  policy.retries = 50;
  policy.max_time = 24h;
  retry_plan plan(policy);
  std::chrono::nanoseconds bound = 1s;
  for (int i = 0; i < 50; ++i) {
    const auto wait = plan.next_wait(passing(), 0s);
    REQUIRE(wait);
    CHECK(*wait >= 0s);
    CHECK(*wait <= bound);
    bound = std::min<std::chrono::nanoseconds>(bound * 2, 1min);
  }
  CHECK(!plan.next_wait(passing(), 0s));
}

TEST_CASE("retry: what is not of the moment is not tried again") {
  retry_plan plan{retry_policy{}};
  CHECK(!plan.next_wait(failure{}, 0s));
}

TEST_CASE("retry: a refused connection only when it is asked for") {
  auto refused = passing();
  refused.refused = true;
  CHECK(!retry_plan(retry_policy{}).next_wait(refused, 0s));
  retry_policy patient;
  patient.refused = true;
  CHECK(retry_plan(patient).next_wait(refused, 0s));
}

TEST_CASE("retry: Retry-After is the least wait, and gives up when it is too long") {
  auto told = passing();
  told.retry_after = 90s;
  retry_plan plan{retry_policy{}};
  CHECK(*plan.next_wait(told, 0s) >= 90s);
  told.retry_after = 601s;
  CHECK(!plan.next_wait(told, 0s));
  retry_policy brief;
  brief.longest_retry_after = 5s;
  told.retry_after = 6s;
  CHECK(!retry_plan(brief).next_wait(told, 0s));
}

TEST_CASE("retry: none begins after the time for retries is over") {
  retry_policy policy;
  policy.max_time = 10s;
  retry_plan plan(policy);
  auto told = passing();
  told.retry_after = 4s;
  CHECK(plan.next_wait(told, 5s));
  CHECK(!plan.next_wait(told, 7s));
}

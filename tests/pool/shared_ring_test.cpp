#include <weft/pool/process_pool.hpp>
#include <weft/pool/ring.hpp>
#include <weft/pool/shared_buffer.hpp>
#include <weft/sync/queue_closed.hpp>

#include "core/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace shared_ring_test {

using namespace std::chrono_literals;

struct sample {
  std::uint32_t number;
  double value;
};

void push_samples(weft::ring<sample> to, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) to.push({i, i * 0.5});
  to.close();
}
void push_one(weft::ring<sample> to, std::uint32_t number) { to.push({number, 0}); }
std::uint32_t pop_one(weft::ring<sample> from) { return from.pop()->number; }
std::uint64_t add_numbers(weft::ring<sample> from) {
  std::uint64_t sum = 0;
  try {
    for (;;) sum += from.pop()->number;
  } catch (const weft::queue_closed&) {
    return sum;
  }
}

TEST_CASE("ring: items come out in their order, and no more than there is room for go in") {
  weft::ring<sample> r(4096 / 16);
  std::uint32_t pushed = 0;
  while (r.try_push({pushed, 0})) ++pushed;
  CHECK(pushed == 256);
  CHECK_FALSE(r.push({0, 0}, 1ms));
  for (std::uint32_t i = 0; i < pushed; ++i) CHECK(r.pop()->number == i);
  CHECK_FALSE(r.try_pop());
  CHECK_FALSE(r.pop(1ms));
  CHECK_THROWS_AS(weft::ring<int>(0), std::invalid_argument);
}

TEST_CASE("ring: closed, it drains, then says so") {
  weft::ring<int> r(10);
  r.push(1);
  r.close();
  CHECK_THROWS_AS(r.push(2), weft::queue_closed);
  CHECK(r.pop() == 1);
  CHECK_THROWS_AS(r.pop(), weft::queue_closed);
}

TEST_CASE("ring: from one process to another") {
  weft::process_pool pool({.workers = 2});
  weft::ring<sample> r(100);
  auto pushing = pool.submit<&push_samples>(r, 100'000U);
  auto sum = pool.submit<&add_numbers>(r);
  pushing.get();
  CHECK(sum.get() == 99'999ULL * 100'000 / 2);
}

TEST_CASE("ring: one side may go from process to process and back") {
  weft::process_pool pool({.workers = 1});
  weft::ring<sample> r(2000);
  const auto expect = [&](std::uint32_t number) { CHECK(r.pop()->number == number); };
  r.push({100, 0});
  r.push({101, 0});
  expect(100);
  pool.apply<&push_one>(r, 102U);
  r.push({103, 0});
  CHECK(pool.apply<&pop_one>(r) == 101);
  expect(102);
  expect(103);
  CHECK_FALSE(r.try_pop());
}

TEST_CASE("ring: tasks wait for items and for room") {
  core_test::run_test([]() -> weft::task<> {
    weft::process_pool pool({.workers = 2});
    weft::ring<sample> in(100);
    weft::ring<sample> out(100);
    auto pushing = pool.submit<&push_samples>(in, 2000U);
    auto sum = pool.submit<&add_numbers>(out);
    for (int i = 0; i < 2000; ++i) {
      const sample got = co_await in.async_pop();
      co_await out.async_push(got);
    }
    out.close();
    const auto total = co_await sum;
    CHECK(total == 1999ULL * 2000 / 2);
    co_await pushing;
  });
}

std::uint64_t sum_and_clear(const weft::shared_buffer& buffer) {
  const auto bytes = buffer.bytes();
  std::uint64_t sum = 0;
  for (std::byte& each : bytes) sum += std::to_integer<unsigned>(std::exchange(each, std::byte(9)));
  return sum;
}

TEST_CASE("shared_buffer: a task sees the bytes themselves") {
  weft::process_pool pool({.workers = 1});
  const weft::shared_buffer buffer(1'000'000);
  std::ranges::fill(buffer.bytes(), std::byte(3));
  CHECK(pool.apply<&sum_and_clear>(buffer) == 3'000'000);
  CHECK(std::ranges::all_of(buffer.bytes(), [](std::byte b) { return b == std::byte(9); }));
  CHECK(pool.apply<&sum_and_clear>(weft::shared_buffer()) == 0);
}

}  // namespace shared_ring_test

#include <weft/sync/bounded_semaphore.hpp>

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using weft::bounded_semaphore;
using weft::task;

TEST_CASE("bounded_semaphore: gives out permits as a semaphore does, and refuses one too many") {
  weft::testkit::run([]() -> task<> {
    bounded_semaphore s(2);
    CHECK_THROWS_AS(s.release(), std::logic_error);
    CHECK(s.available() == 2);
    co_await s.acquire();
    {
      const auto guard = co_await s.guard();
      CHECK_FALSE(s.try_acquire());
    }
    s.release();
    CHECK(s.available() == 2);
    CHECK_THROWS_AS(s.release(), std::logic_error);
  });
}

TEST_CASE("bounded_semaphore: a permit that goes straight to a waiter is not one too many") {
  weft::testkit::run([]() -> task<> {
    bounded_semaphore s(1);
    co_await s.acquire();
    auto take = [&]() -> task<> {
      co_await s.acquire();
      co_await weft::yield();
      s.release();
    };
    auto first = weft::spawn(take);
    auto second = weft::spawn(take);
    co_await weft::yield();
    s.release();
    co_await weft::joinall(first, second);
    CHECK(s.available() == 1);
  });
}

}  // namespace

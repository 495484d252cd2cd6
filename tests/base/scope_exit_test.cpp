#include <weft/base/scope_exit.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

TEST_CASE("scope_exit: runs at the end of the scope, also when it is left by an exception") {
  int runs = 0;
  {
    const weft::scope_exit on_exit([&] { ++runs; });
    CHECK(runs == 0);
  }
  CHECK(runs == 1);
  try {
    const weft::scope_exit on_exit([&] { ++runs; });
    throw std::runtime_error("left early");
  } catch (const std::runtime_error&) {
    CHECK(runs == 2);
  }
}

TEST_CASE("scope_exit: a released one does nothing") {
  int runs = 0;
  {
    weft::scope_exit on_exit([&] { ++runs; });
    on_exit.release();
  }
  CHECK(runs == 0);
}

}  // namespace

#include "get/fingerprint_table.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace weft::get_app;

TEST_CASE("fingerprint_set: remembers every key through growth") {
  fingerprint_set set;
  CHECK(!set.contains(1));
  for (std::uint64_t key = 1; key <= 10000; ++key) REQUIRE(set.insert(key * 0x9e3779b97f4a7c15U));
  CHECK(set.size() == 10000);
  for (std::uint64_t key = 1; key <= 10000; ++key) REQUIRE(set.contains(key * 0x9e3779b97f4a7c15U));
  CHECK(!set.insert(0x9e3779b97f4a7c15U));
  CHECK(!set.contains(12345));
}

TEST_CASE("fingerprint_counts: counters start at zero and survive growth") {
  fingerprint_counts counts;
  for (int round = 1; round <= 3; ++round) {
    for (std::uint64_t key = 1; key <= 5000; ++key) {
      REQUIRE(++counts[fingerprint(std::to_string(key))] == static_cast<std::uint32_t>(round));
    }
  }
}

TEST_CASE("fingerprint: never the mark of a free slot") { CHECK(fingerprint("") != 0); }

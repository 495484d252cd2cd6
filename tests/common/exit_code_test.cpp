#include "common/exit_code.hpp"

#include <doctest/doctest.h>

using weft::app::exit_code;
using weft::app::worst;

TEST_CASE("exit code: of several the lowest failure wins") {
  CHECK(worst(exit_code::ok, exit_code::ok) == exit_code::ok);
  CHECK(worst(exit_code::ok, exit_code::server) == exit_code::server);
  CHECK(worst(exit_code::server, exit_code::network) == exit_code::network);
  CHECK(worst(exit_code::file, exit_code::exists) == exit_code::file);
}

TEST_CASE("exit code: the table is in ascending order and complete") {
  int last = -1;
  for (const auto& row : weft::app::exit_code_table()) {
    CHECK(static_cast<int>(row.code) > last);
    CHECK(!row.meaning.empty());
    last = static_cast<int>(row.code);
  }
  CHECK(last == 143);
}

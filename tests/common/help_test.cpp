#include "common/help.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "common/sample_program.hpp"

using namespace weft::app;
using weft::app::testing::has;
using weft::app::testing::sample_program;

namespace {}  // namespace

TEST_CASE("help: no line is longer than 100 columns") {
  std::istringstream lines(full_help(sample_program()));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
}

TEST_CASE("help: the short one has the common options only") {
  const auto help = short_help(sample_program());
  CHECK(has(help, "-d, --dir DIR"));
  CHECK(has(help, "--mode MODE"));
  CHECK(has(help, "fast, slow"));
  CHECK(!has(help, "--header"));
  CHECK(has(help, "All options: weft-sample --help"));
}

TEST_CASE("help: the full one has every option but the hidden, with the other names") {
  const auto help = full_help(sample_program());
  CHECK(has(help, "--header"));
  CHECK(has(help, "(also -P, --directory-prefix)"));
  CHECK(has(help, "[.]"));
  CHECK(!has(help, "secret"));
  CHECK(has(help, "Examples:\n  weft-sample https://example.org/\n"));
  CHECK(has(help, "\n  130  interrupted"));
}

TEST_CASE("wrap: words are kept whole") {
  CHECK(wrap("aa bb  cc", 5) == std::vector<std::string>{"aa bb", "cc"});
  CHECK(wrap("abcdefgh i", 3) == std::vector<std::string>{"abcdefgh", "i"});
  CHECK(wrap("", 3).empty());
}

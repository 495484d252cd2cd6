#include "common/completion.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "common/man_page.hpp"
#include "common/sample_program.hpp"

using weft::app::completion_script;
using weft::app::testing::has;
using weft::app::testing::sample_program;

namespace {}  // namespace

TEST_CASE("completion: every shell's script has each shown option and no hidden one") {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const auto script = completion_script(sample_program(), shell);
    for (const auto* option : {"dir", "header", "mode", "quiet"}) CHECK(has(script, option));
    CHECK(has(script, "directory-prefix"));
    CHECK(has(script, "fast slow"));
    CHECK(!has(script, "secret"));
  }
}

TEST_CASE("completion: a quote in a help text does not end the shell's string") {
  CHECK(has(completion_script(sample_program(), "fish"), "'it'\\''s a choice'"));
}

TEST_CASE("completion: an unknown shell is refused by name") {
  CHECK_THROWS_WITH_AS(completion_script(sample_program(), "csh"),
                       "no completion for the shell 'csh': bash, zsh and fish are known", std::invalid_argument);
}

TEST_CASE("man page: text that looks like a request is text") {
  const auto page = weft::app::man_page(sample_program());
  CHECK(has(page, "\n\\&.Second one"));
  CHECK(has(page, "\\fB\\-d\\fR, \\fB\\-\\-dir\\fR"));
  CHECK(has(page, ".SH EXIT STATUS"));
  CHECK(!has(page, "secret"));
}

#include "common/arguments.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/sample_program.hpp"

using weft::app::arguments;
using weft::app::parse_arguments;
using weft::app::usage_error;

namespace {

arguments parse(std::vector<std::string> words) {
  return parse_arguments(weft::app::testing::sample_program(), std::move(words));
}

std::vector<std::string> values_of(const arguments& typed, std::string_view name) {
  for (const auto& option : typed.options) {
    if (option.spec->long_name == name) return option.values;
  }
  return {};
}

std::string message_of(std::vector<std::string> words) {
  try {
    parse(std::move(words));
  } catch (const usage_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("arguments: options and operands may be mixed") {
  const auto typed = parse({"u1", "-d", "out", "u2", "-q"});
  CHECK(typed.operands == std::vector<std::string>{"u1", "u2"});
  CHECK(values_of(typed, "dir") == std::vector<std::string>{"out"});
  CHECK(values_of(typed, "quiet").size() == 1);
}

TEST_CASE("arguments: a value may stand in the same word") {
  CHECK(values_of(parse({"--dir=a b"}), "dir") == std::vector<std::string>{"a b"});
  CHECK(values_of(parse({"-da"}), "dir") == std::vector<std::string>{"a"});
}

TEST_CASE("arguments: an alias is the option itself") {
  CHECK(values_of(parse({"-P", "x"}), "dir") == std::vector<std::string>{"x"});
  CHECK(values_of(parse({"--directory-prefix", "x"}), "dir") == std::vector<std::string>{"x"});
}

TEST_CASE("arguments: repeated values are all kept in order") {
  CHECK(values_of(parse({"-H", "A: 1", "-H", "[b,c]"}), "header") == std::vector<std::string>{"A: 1", "[b,c]"});
}

TEST_CASE("arguments: short flags may be joined and counted") {
  const auto typed = parse({"-qvv"});
  CHECK(values_of(typed, "quiet").size() == 1);
  CHECK(values_of(typed, "verbose").size() == 2);
}

TEST_CASE("arguments: everything behind two dashes is an operand") {
  CHECK(parse({"-q", "--", "-d", "--", "x"}).operands == std::vector<std::string>{"-d", "--", "x"});
}

TEST_CASE("arguments: a single dash is a value or an operand") {
  CHECK(values_of(parse({"-d", "-"}), "dir") == std::vector<std::string>{"-"});
  CHECK(parse({"-"}).operands == std::vector<std::string>{"-"});
}

TEST_CASE("arguments: an unknown option is named, with the nearest known one") {
  CHECK(message_of({"--dri", "x"}) == "unknown option '--dri'; did you mean '--dir'?");
  CHECK(message_of({"--zzzzzzzz=1"}) == "unknown option '--zzzzzzzz'");
  CHECK(message_of({"-Q"}) == "unknown option '-Q'");
}

TEST_CASE("arguments: a missing value is an error that names the option") {
  CHECK(message_of({"--dir"}) == "option '--dir' needs a value");
  CHECK(message_of({"--dir=", "x"}) == "option '--dir' needs a value");
}

TEST_CASE("arguments: a value that is not among the choices is refused") {
  CHECK(message_of({"--mode", "medium"}) == "--mode does not know 'medium': fast|slow");
  CHECK(values_of(parse({"--mode", "slow"}), "mode") == std::vector<std::string>{"slow"});
}

TEST_CASE("arguments: a flag takes no value") { CHECK(!message_of({"--quiet=1"}).empty()); }

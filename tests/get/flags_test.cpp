#include "get/flags.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "common/arguments.hpp"
#include "common/help.hpp"

using namespace weft::get_app;
using namespace std::chrono_literals;
using weft::app::usage_error;

TEST_CASE("option table: names are unique, texts are there") {
  std::set<std::string> names;
  for (const auto& option : program().options) {
    CAPTURE(option.long_name);
    for (const auto& name : weft::app::all_names(option)) {
      CAPTURE(name);
      CHECK(names.insert(name).second);
    }
    CHECK((option.shown == weft::app::audience::hidden || !option.help.empty()));
    CHECK(!option.help.ends_with('.'));
    CHECK(!option.group.empty());
  }
}

TEST_CASE("option table: the help fits 100 columns and shows every option") {
  std::istringstream lines(weft::app::full_help(program()));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 100);
  }
  const auto help = weft::app::full_help(program());
  for (const auto& option : program().options) {
    const bool shown = help.find("--" + std::string(option.long_name)) != std::string::npos;
    CHECK((shown || option.shown == weft::app::audience::hidden));
  }
}

TEST_CASE("flags: what was typed and nothing else") {
  const auto typed = parse_flags({"-j", "8", "a", "-x3", "--retry=0", "-vv", "b", "--on-conflict", "skip"});
  CHECK(typed.urls == std::vector<std::string>{"a", "b"});
  CHECK(typed.jobs == 8);
  CHECK(typed.per_host == 3);
  CHECK(typed.retries == 0);
  CHECK(typed.verbosity == 2);
  CHECK(typed.on_conflict == conflict_policy::skip);
  CHECK(!typed.dir);
  CHECK(!typed.max_time);
}

TEST_CASE("flags: names of curl, wget and aria2 work") {
  CHECK(parse_flags({"-P", "x"}).dir == "x");
  CHECK(parse_flags({"--directory-prefix=x"}).dir == "x");
  CHECK(parse_flags({"--output-dir", "x"}).dir == "x");
  CHECK(parse_flags({"--parallel-max", "9"}).jobs == 9);
  CHECK(parse_flags({"--max-connection-per-server", "9"}).per_host == 9);
  CHECK(parse_flags({"-m", "1.5"}).max_time == 1500ms);
  CHECK(parse_flags({"-Y", "2k", "-y", "10"}).speed_limit == 2048);
  CHECK(parse_flags({"-ZLf", "--create-dirs", "u"}).urls == std::vector<std::string>{"u"});
  CHECK(parse_flags({"--silent"}).quiet);
}

TEST_CASE("flags: what means something else elsewhere is refused with a hint") {
  CHECK_THROWS_AS(parse_flags({"-O", "u"}), usage_error);
  CHECK_THROWS_AS(parse_flags({"-k", "u"}), usage_error);
  CHECK_THROWS_AS(parse_flags({"--continue", "u"}), usage_error);
  CHECK_THROWS_AS(parse_flags({"-j", "0"}), usage_error);
  CHECK_THROWS_AS(parse_flags({"--on-conflict", "maybe"}), usage_error);
}

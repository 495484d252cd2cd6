#include "copy/exclusion.hpp"

#include <doctest/doctest.h>

#include "common/arguments.hpp"

using weft::copy_app::exclusion;

TEST_CASE("exclusion: a pattern without a slash is for names, wherever they stand") {
  const exclusion objects({"*.o"});
  CHECK(objects.matches("a.o", "a.o", false));
  CHECK(objects.matches("deep/down/a.o", "a.o", false));
  CHECK_FALSE(objects.matches("a.obj", "a.obj", false));
}

TEST_CASE("exclusion: a pattern with a slash is for paths below the source") {
  const exclusion built({"build/*.o", "/top"});
  CHECK(built.matches("build/a.o", "a.o", false));
  CHECK_FALSE(built.matches("other/build/a.o", "a.o", false));
  CHECK_FALSE(built.matches("build/deep/a.o", "a.o", false));
  CHECK(built.matches("top", "top", true));
}

TEST_CASE("exclusion: a slash at the end means folders only") {
  const exclusion folders({"cache/"});
  CHECK(folders.matches("x/cache", "cache", true));
  CHECK_FALSE(folders.matches("x/cache", "cache", false));
}

TEST_CASE("exclusion: nothing to match is refused") {
  CHECK_THROWS_AS(exclusion({""}), weft::app::usage_error);
  CHECK_THROWS_AS(exclusion({"/"}), weft::app::usage_error);
}

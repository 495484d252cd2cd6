#include <weft/fs/directory.hpp>

#include "fs/temporary_folder.hpp"

#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

using namespace weft;

TEST_CASE("directory: says what stands under a name") {
  const temporary_folder folder;
  folder.put("file", "x");
  std::filesystem::create_directory(folder.path() / "folder");
  std::filesystem::create_symlink("nowhere", folder.path() / "link");
  const fs::directory open(folder.path());
  CHECK(open.find("file") == fs::entry_kind::file);
  CHECK(open.find("folder") == fs::entry_kind::folder);
  CHECK(open.find("link") == fs::entry_kind::symbolic_link);
  CHECK(open.find("none") == std::nullopt);
  CHECK(fs::directory("/dev").find("null") == fs::entry_kind::special);
}

TEST_CASE("directory: an empty path is the working folder, a missing one an error") {
  CHECK(fs::directory("").path() == ".");
  CHECK_THROWS_AS(fs::directory("/does/not/exist"), boost::system::system_error);
}

TEST_CASE("directory: copies keep the folder open") {
  const temporary_folder folder;
  std::optional<fs::directory> first(folder.path());
  const fs::directory second = *first;
  first.reset();
  CHECK(second.find("none") == std::nullopt);
  CHECK_NOTHROW(second.sync());
}

#include <weft/fs/atomic_folder.hpp>

#include <weft/testkit/run.hpp>

#include "fs/captured_log.hpp"
#include "fs/system_calls.hpp"
#include "fs/temporary_folder.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

using namespace weft;

namespace {

void put(const fs::directory& folder, const std::string& name) { std::ofstream(folder.path() / name) << name; }

/// With a file, and a folder with one and a link out of it.
void fill(const fs::atomic_folder& folder) {
  const auto& top = folder.contents();
  put(top, "file");
  REQUIRE(top.make_folder("inner", 0777));
  put(top.open_below("inner"), "file");
  std::filesystem::create_directory_symlink("../..", top.path() / "inner" / "link");
}

}  // namespace

TEST_CASE("atomic_folder: appears with all that is in it when it is committed, and not before") {
  const temporary_folder folder;
  fs::atomic_folder made(fs::directory(folder.path()), "new");
  fill(made);
  CHECK(!std::filesystem::exists(folder.path() / "new"));
  CHECK(folder.entries() == 1);
  CHECK(made.commit() == fs::atomic_folder::commit_result::done);
  CHECK(folder.read("new/inner/file") == "file");
  CHECK(folder.entries() == 1);
  made.discard();
  CHECK(folder.read("new/file") == "file");
}

TEST_CASE("atomic_folder: a taken name is kept, be it a file's or a folder's, and another one can be had") {
  for (const int rename_error : {0, EINVAL, ENOSYS}) {
    const temporary_folder folder;
    folder.put("a", "old");
    std::filesystem::create_directory(folder.path() / "b");
    const refused_calls refused({.rename_no_replace = rename_error});
    fs::atomic_folder made(fs::directory(folder.path()), "a");
    fill(made);
    CHECK(made.commit() == fs::atomic_folder::commit_result::name_taken);
    made.rename_to("b");
    CHECK(made.commit() == fs::atomic_folder::commit_result::name_taken);
    made.rename_to("c");
    CHECK(made.commit() == fs::atomic_folder::commit_result::done);
    CHECK(folder.read("a") == "old");
    CHECK(std::filesystem::is_empty(folder.path() / "b"));
    CHECK(folder.read("c/inner/file") == "file");
    CHECK(folder.entries() == 3);
  }
}

TEST_CASE("atomic_folder: a reservation whose rename fails is removed") {
  const temporary_folder folder;
  fs::atomic_folder made(fs::directory(folder.path()), "a");
  {
    const refused_calls refused({.rename_no_replace = EINVAL, .rename = EIO});
    CHECK_THROWS_AS(static_cast<void>(made.commit()), boost::system::system_error);
  }
  CHECK(!std::filesystem::exists(folder.path() / "a"));
  CHECK(made.commit() == fs::atomic_folder::commit_result::done);
}

TEST_CASE("atomic_folder: discarded or destroyed, nothing is left of it, and what its links lead to is") {
  const temporary_folder folder;
  folder.put("precious", "x");
  const auto work = [&]() -> task<> {
    fs::atomic_folder discarded(fs::directory(folder.path()), "a");
    fill(discarded);
    discarded.discard();
    CHECK(folder.entries() == 1);
    fs::atomic_folder destroyed(fs::directory(folder.path()), "a");
    fill(destroyed);
    const fs::atomic_folder moved(std::move(destroyed));
    co_return;
  };
  testkit::run(work);
  CHECK(folder.entries() == 1);
  CHECK(folder.read("precious") == "x");
}

TEST_CASE("atomic_folder: what cannot be removed is told") {
  const temporary_folder folder;
  const captured_log log;
  fs::atomic_folder made(fs::directory(folder.path()), "a");
  fill(made);
  {
    const refused_calls refused({.unlink = EACCES});
    made.discard();
  }
  CHECK(log.text().find("cannot remove") != std::string::npos);
}

TEST_CASE("atomic_folder: where nothing can be made the error names the folder") {
  CHECK_THROWS_WITH_AS(fs::atomic_folder(fs::directory("/proc"), "a"), doctest::Contains("/proc"),
                       boost::system::system_error);
}

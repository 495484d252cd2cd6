#include <weft/fs/temporaries.hpp>

#include "fs/temporary_folder.hpp"

#include <weft/fs/atomic_file.hpp>
#include <weft/fs/atomic_folder.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>

namespace fs = weft::fs;

namespace {

std::size_t remove_an_hour_later(const fs::directory& folder) {
  return fs::detail::remove_abandoned_temporaries(folder, std::time(nullptr) + 3600);
}

/// As if it had been written to long ago.
void make_old(const std::filesystem::path& file) {
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

}  // namespace

TEST_CASE("temporaries: one that no one holds any more is removed, one in use stays") {
  const temporary_folder folder;
  const fs::directory open(folder.path());
  fs::atomic_file living(open, "a.jpg");
  const std::string left = fs::detail::temporary_name("b.jpg");
  folder.put(left, "half a fi");
  CHECK(remove_an_hour_later(open) == 1);
  CHECK_FALSE(std::filesystem::exists(folder.path() / left));
  CHECK(std::filesystem::exists(folder.path() / living.temporary()));
  CHECK(living.commit() == fs::atomic_file::commit_result::done);
}

TEST_CASE("temporaries: what is young stays, whatever its times say") {
  const temporary_folder folder;
  const fs::directory open(folder.path());
  const std::string young = fs::detail::temporary_name("young");
  folder.put(young, "x");
  make_old(folder.path() / young);
  CHECK(fs::remove_abandoned_temporaries(open) == 0);
  CHECK(remove_an_hour_later(open) == 1);
}

TEST_CASE("temporaries: a folder that no one holds any more is removed with all that is in it, one in use stays") {
  const temporary_folder folder;
  const fs::directory open(folder.path());
  folder.put("precious", "kept");
  fs::atomic_folder living(open, "living");
  const auto left = folder.path() / fs::detail::temporary_name("left");
  std::filesystem::create_directories(left / "deep" / "er");
  std::filesystem::create_symlink("../precious", left / "link");
  CHECK(remove_an_hour_later(open) == 1);
  CHECK_FALSE(std::filesystem::exists(left));
  CHECK(std::filesystem::exists(folder.path() / "precious"));
  CHECK(living.commit() == fs::atomic_folder::commit_result::done);
}

TEST_CASE("temporaries: what has another name stays") {
  const temporary_folder folder;
  const fs::directory open(folder.path());
  for (const std::string name : {".a.12345678.part", "a.12345678.weft.part", ".a.1234567.weft.part",
                                 ".a.1234567X.weft.part", ".a.12345678.weft.part.txt", ".12345678.weft.part"})
    folder.put(name, "x");
  const auto before = folder.entries();
  CHECK(remove_an_hour_later(open) == 0);
  CHECK(folder.entries() == before);
}

TEST_CASE("temporaries: links that were left go, and what they lead to stays") {
  const temporary_folder folder;
  const fs::directory open(folder.path());
  folder.put("kept", "x");
  const std::string link = fs::detail::temporary_name("link");
  std::filesystem::create_symlink("kept", folder.path() / link);
  const std::string second = fs::detail::temporary_name("second");
  std::filesystem::create_hard_link(folder.path() / "kept", folder.path() / second);
  CHECK(fs::remove_abandoned_temporaries(open) == 0);
  CHECK(remove_an_hour_later(open) == 2);
  CHECK(folder.read("kept") == "x");
}

TEST_CASE("temporaries: names differ, and the longest file name leaves room") {
  const std::string name = fs::detail::temporary_name(std::string(255, 'x'));
  CHECK(name.size() == 255);
  CHECK(fs::detail::temporary_name("a") != fs::detail::temporary_name("a"));
}

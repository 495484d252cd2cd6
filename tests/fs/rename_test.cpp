#include <weft/fs/atomic_file.hpp>

#include <weft/fs/files.hpp>
#include <weft/testkit/run.hpp>

#include "fs/captured_log.hpp"
#include "fs/system_calls.hpp"
#include "fs/temporary_folder.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <string>

#include <doctest/doctest.h>

using namespace weft;
using result = fs::atomic_file::commit_result;

namespace {

/// What a file system without RENAME_NOREPLACE, and one without hard links too, says.
constexpr refused_calls::errors links_only{.rename_no_replace = EINVAL};
constexpr refused_calls::errors neither[] = {{.rename_no_replace = EINVAL, .link = EPERM},
                                             {.rename_no_replace = ENOSYS, .link = ENOSYS},
                                             {.rename_no_replace = EINVAL, .link = EOPNOTSUPP}};

fs::atomic_file new_file(const temporary_folder& folder, const std::string& name) {
  fs::atomic_file file(fs::directory(folder.path()), name, {.on_existing = fs::on_existing::keep});
  file.write(bytes_of("new"));
  return file;
}

void keep_and_go_on(refused_calls::errors which) {
  const temporary_folder folder;
  folder.put("a", "old");
  const refused_calls refused(which);
  auto file = new_file(folder, "a");
  CHECK(file.commit() == result::name_taken);
  CHECK(folder.read("a") == "old");
  file.rename_to("b");
  CHECK(file.commit() == result::done);
  CHECK(folder.read("b") == "new");
  CHECK(folder.entries() == 2);
}

}  // namespace

TEST_CASE("atomic_file: keeps a taken name, and gives a free one, where only hard links do not replace") {
  keep_and_go_on(links_only);
}

TEST_CASE("atomic_file: keeps a taken name, and gives a free one, where there are no hard links either") {
  for (const auto& which : neither) keep_and_go_on(which);
}

TEST_CASE("atomic_file: a reservation whose rename fails is removed, and the error names the file") {
  const temporary_folder folder;
  {
    auto file = new_file(folder, "a");
    refused_calls::errors which = neither[0];
    which.rename = EIO;
    const refused_calls refused(which);
    std::string what;
    try {
      (void)file.commit();
    } catch (const boost::system::system_error& e) {
      CHECK(e.code() == boost::system::errc::io_error);
      what = e.what();
    }
    CHECK(what.find("a' its name") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
    CHECK(folder.entries() == 1);
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("atomic_file: an error of a rename or a link that is no lack of the call is told as it is") {
  const temporary_folder folder;
  for (const auto& which : {refused_calls::errors{.rename_no_replace = ENOSPC},
                            refused_calls::errors{.rename_no_replace = EINVAL, .link = ENOSPC}}) {
    auto file = new_file(folder, "a");
    const refused_calls refused(which);
    CHECK_THROWS_AS((void)file.commit(), boost::system::system_error);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
  }
}

TEST_CASE("atomic_file: a temporary that cannot be removed is logged, and the file has its name") {
  const temporary_folder folder;
  const captured_log log;
  std::string left;
  {
    const refused_calls refused({.rename_no_replace = EINVAL, .unlink = EROFS});
    auto file = new_file(folder, "a");
    left = file.temporary();
    CHECK(file.commit() == result::done);
    CHECK(folder.read("a") == "new");
    CHECK(log.text().find("cannot remove '" + (folder.path() / left).string() + "': Read-only") != std::string::npos);
    auto dropped = new_file(folder, "b");
    left = dropped.temporary();
  }
  CHECK(log.text().find((folder.path() / left).string()) != std::string::npos);
}

TEST_CASE("atomic_file: a temporary that somebody else removed is no complaint") {
  const temporary_folder folder;
  const captured_log log;
  {
    const auto file = new_file(folder, "a");
    std::filesystem::remove(folder.path() / file.temporary());
  }
  CHECK(log.text().empty());
}

TEST_CASE("atomic_file: discarded, nothing is left, and the loop's thread has not touched the file system") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    auto file = new_file(folder, "a");
    co_await fs::discard(file);
    CHECK(folder.entries() == 0);
    CHECK(last_unlink_thread() != std::this_thread::get_id());
    file.discard();
  });
}

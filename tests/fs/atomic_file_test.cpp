#include <weft/fs/atomic_file.hpp>

#include <weft/core/run.hpp>

#include "fs/temporary_folder.hpp"

#include <boost/system/system_error.hpp>

#include <csignal>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace weft;

namespace {

bool names_and_says(const std::function<void()>& f, std::string_view name, boost::system::errc::errc_t code) {
  try {
    f();
  } catch (const boost::system::system_error& e) {
    return e.code() == code && std::string_view(e.what()).find(name) != std::string_view::npos;
  }
  return false;
}

}  // namespace

TEST_CASE("atomic_file: the name appears with commit, complete, and the temporary is gone") {
  const temporary_folder folder;
  fs::atomic_file file(fs::directory(folder.path()), "a.jpg");
  file.write(bytes_of("hello "));
  file.write(bytes_of("world"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "a.jpg"));
  CHECK(std::filesystem::exists(folder.path() / file.temporary()));
  CHECK(file.commit() == fs::atomic_file::commit_result::done);
  CHECK(folder.read("a.jpg") == "hello world");
  CHECK(folder.entries() == 1);
}

TEST_CASE("atomic_file: destroyed without commit, nothing is left") {
  const temporary_folder folder;
  {
    fs::atomic_file file(fs::directory(folder.path()), "a");
    file.write(bytes_of("x"));
    const fs::atomic_file moved(std::move(file));
    CHECK(folder.entries() == 1);
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("atomic_file: destroyed on a loop without commit, nothing is left when run() returns") {
  const temporary_folder folder;
  const int code = run([&]() -> task<> {
    for (int i = 0; i < 100; ++i) {
      fs::atomic_file file(fs::directory(folder.path()), "a");
      file.write(bytes_of("x"));
    }
    co_return;
  });
  CHECK(code == 0);
  CHECK(folder.entries() == 0);
}

TEST_CASE("atomic_file: replace takes the place of a file and of a symbolic link, not of its target") {
  const temporary_folder folder;
  folder.put("old", "old");
  folder.put("target", "untouched");
  std::filesystem::create_symlink("target", folder.path() / "link");
  for (const std::string name : {"old", "link"}) {
    fs::atomic_file file(fs::directory(folder.path()), name);
    file.write(bytes_of("new"));
    CHECK(file.commit() == fs::atomic_file::commit_result::done);
    CHECK(folder.read(name) == "new");
  }
  CHECK(folder.read("target") == "untouched");
  CHECK_FALSE(std::filesystem::is_symlink(folder.path() / "link"));
}

TEST_CASE("atomic_file: keep leaves what is there, and can go on under another name") {
  const temporary_folder folder;
  folder.put("a", "old");
  fs::atomic_file file(fs::directory(folder.path()), "a", {.on_existing = fs::on_existing::keep});
  file.write(bytes_of("new"));
  CHECK(file.commit() == fs::atomic_file::commit_result::name_taken);
  CHECK(folder.read("a") == "old");
  file.rename_to("a.1");
  CHECK(file.commit() == fs::atomic_file::commit_result::done);
  CHECK(folder.read("a.1") == "new");
}

TEST_CASE("atomic_file: a folder or a FIFO under the name is never replaced") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder.path() / "folder");
  REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  for (const std::string name : {"folder", "fifo"}) {
    fs::atomic_file file(fs::directory(folder.path()), name);
    CHECK_THROWS_AS(static_cast<void>(file.commit()), boost::system::system_error);
  }
  CHECK(std::filesystem::is_fifo(folder.path() / "fifo"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("atomic_file: the mode follows the umask") {
  const temporary_folder folder;
  const mode_t before = ::umask(027);
  fs::atomic_file file(fs::directory(folder.path()), "a");
  ::umask(before);
  CHECK(file.commit() == fs::atomic_file::commit_result::done);
  struct stat found = {};
  REQUIRE(::stat((folder.path() / "a").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0640);
}

TEST_CASE("atomic_file: a full disk is an error that names the file, and the file cannot be committed after it") {
  const temporary_folder folder;
  auto* const previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  {
    fs::atomic_file file(fs::directory(folder.path()), "big");
    const rlimit small{4096, old.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string large(10000, 'x');
    CHECK(names_and_says([&] { file.write(bytes_of(large)); }, "big", boost::system::errc::file_too_large));
    CHECK_THROWS_AS(static_cast<void>(file.commit()), boost::system::system_error);
    ::setrlimit(RLIMIT_FSIZE, &old);
  }
  std::signal(SIGXFSZ, previous);
  CHECK(folder.entries() == 0);
}

TEST_CASE("atomic_file: the longest file name leaves room for the temporary's suffix") {
  const temporary_folder folder;
  const std::string name(255, 'n');
  fs::atomic_file file(fs::directory(folder.path()), name, {.durability = fs::durability::file_and_folder});
  CHECK(file.temporary().size() <= 255);
  CHECK(file.commit() == fs::atomic_file::commit_result::done);
  CHECK(std::filesystem::exists(folder.path() / name));
}

TEST_CASE("atomic_file: a folder that cannot be written to is an error") {
  CHECK(names_and_says([] { fs::atomic_file(fs::directory("/proc/self"), "x"); }, "x",
                       boost::system::errc::no_such_file_or_directory));
}

#include <weft/fs/copy.hpp>

#include <weft/fs/atomic_file.hpp>
#include <weft/fs/directory.hpp>

#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using weft::fs::directory;

class open_file {
 public:
  explicit open_file(const std::filesystem::path& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT, 0600)) {
    REQUIRE(descriptor_ >= 0);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] struct stat info() const {
    struct stat found{};
    REQUIRE(::fstat(descriptor_, &found) == 0);
    return found;
  }
  void put(off_t at, const std::string& text) const {
    REQUIRE(::pwrite(descriptor_, text.data(), text.size(), at) == static_cast<ssize_t>(text.size()));
  }

 private:
  int descriptor_;
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("copy_contents: files of any size come out as they are, and every byte is told of") {
  const temporary_folder folder;
  for (const std::size_t size : {0U, 1U, 131'071U, 131'072U, 131'073U, 20'000'000U}) {
    const open_file from(folder.path() / ("from" + std::to_string(size)));
    const open_file to(folder.path() / ("to" + std::to_string(size)));
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 97) text[i] = static_cast<char>(i);
    if (size > 0) from.put(0, text);
    std::uint64_t told = 0;
    const auto copied =
        weft::fs::copy_contents(from.get(), to.get(), from.info(), [&](std::uint64_t bytes) { told += bytes; });
    CHECK(copied == size);
    CHECK(told == size);
    CHECK(content_of(folder.path() / ("to" + std::to_string(size))) == text);
  }
}

TEST_CASE("copy_contents: holes at the beginning, in the middle and at the end stay holes") {
  const temporary_folder folder;
  const open_file from(folder.path() / "from");
  const open_file to(folder.path() / "to");
  from.put(10'000'000, "middle");
  from.put(30'000'000, "end");
  REQUIRE(::ftruncate(from.get(), 50'000'000) == 0);
  weft::fs::copy_contents(from.get(), to.get(), from.info());
  CHECK(to.info().st_size == 50'000'000);
  CHECK(content_of(folder.path() / "to") == content_of(folder.path() / "from"));
  CHECK(to.info().st_blocks * 512 < 5'000'000);
}

TEST_CASE("copy_contents: a file that says that it is empty is read to its end") {
  const temporary_folder folder;
  const int from = ::open("/proc/self/maps", O_RDONLY);
  REQUIRE(from >= 0);
  struct stat info{};
  REQUIRE(::fstat(from, &info) == 0);
  CHECK(info.st_size == 0);
  const open_file to(folder.path() / "to");
  CHECK(weft::fs::copy_contents(from, to.get(), info) > 1000);
  ::close(from);
}

TEST_CASE("copy_contents: what cannot be read, or written, is said to be so") {
  const temporary_folder folder;
  const open_file file(folder.path() / "file");
  file.put(0, "text");
  const int read_only = ::open((folder.path() / "file").c_str(), O_RDONLY);
  const int write_only = ::open((folder.path() / "other").c_str(), O_WRONLY | O_CREAT, 0600);
  try {
    weft::fs::copy_contents(file.get(), read_only, file.info());
    FAIL("it was written to");
  } catch (const weft::fs::copy_error& error) {
    CHECK(error.where == weft::fs::copy_error::side::writing);
    CHECK(error.error_number == EBADF);
  }
  try {
    weft::fs::copy_contents(write_only, file.get(), file.info());
    FAIL("it was read");
  } catch (const weft::fs::copy_error& error) {
    CHECK(error.where == weft::fs::copy_error::side::reading);
  }
  ::close(read_only);
  ::close(write_only);
}

TEST_CASE("copy_attributes: permissions and times to the nanosecond; the set-user-id bit only with the owner") {
  const temporary_folder folder;
  const open_file from(folder.path() / "from");
  const open_file to(folder.path() / "to");
  REQUIRE(::fchmod(from.get(), 04751) == 0);
  const timespec times[2] = {{1'000'000'000, 123'456'789}, {-86'400, 1}};
  REQUIRE(::futimens(from.get(), times) == 0);
  weft::fs::copy_attributes(from.get(), to.get(), from.info(), {});
  CHECK((to.info().st_mode & 07777) == 0751);
  CHECK(to.info().st_mtim.tv_sec == -86'400);
  CHECK(to.info().st_mtim.tv_nsec == 1);
  CHECK(to.info().st_atim.tv_nsec == 123'456'789);
  weft::fs::copy_attributes(from.get(), to.get(), from.info(), {.owner = true});
  CHECK((to.info().st_mode & 07777) == 04751);
}

TEST_CASE("copy_attributes: extended attributes, also large ones") {
  const temporary_folder folder;
  const open_file from(folder.path() / "from");
  const open_file to(folder.path() / "to");
  const std::string large(3000, 'v');
  if (::fsetxattr(from.get(), "user.large", large.data(), large.size(), 0) != 0) return;  // not on this file system
  REQUIRE(::fsetxattr(from.get(), "user.empty", "", 0, 0) == 0);
  const auto lost = weft::fs::copy_attributes(from.get(), to.get(), from.info(), {});
  CHECK(lost.empty());
  std::string found(4000, '\0');
  CHECK(::fgetxattr(to.get(), "user.large", found.data(), found.size()) == 3000);
  CHECK(::fgetxattr(to.get(), "user.empty", nullptr, 0) == 0);
}

TEST_CASE("directory: what is below is opened without following a link, and nothing else is reached") {
  const temporary_folder folder;
  const directory root(folder.path());
  CHECK(root.make_folder("a", 0755));
  CHECK_FALSE(root.make_folder("a", 0755));
  const directory a = root.open_below("a");
  CHECK(a.make_folder("b", 0755));
  CHECK(root.open_below("a/b").path() == folder.path() / "a/b");
  CHECK(root.open_below("").path() == root.path());
  std::filesystem::create_directory_symlink("a", folder.path() / "link");
  for (const char* wrong : {"link", "link/b", "..", "a/../..", "/tmp", "missing", "a/b/c"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(static_cast<void>(root.open_below(wrong)), boost::system::system_error);
  }
  std::ofstream(folder.path() / "file") << "x";
  CHECK_THROWS_AS(static_cast<void>(root.open_below("file")), boost::system::system_error);
  CHECK_FALSE(root.make_folder("file", 0755));
  CHECK_THROWS_AS(root.make_folder("missing/deep", 0755), boost::system::system_error);
}

}  // namespace

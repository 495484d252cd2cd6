#include <doctest/doctest.h>

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <weft/base/scope_exit.hpp>

#include "chat/folder_source.hpp"
#include "chat/folder_target.hpp"
#include "fs/temporary_folder.hpp"

using namespace weft::chat_app;
namespace sfs = std::filesystem;

namespace {

/// What is below a folder: the content of each file, "/" for a folder.
std::map<std::string, std::string> content_of(const sfs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& one : sfs::recursive_directory_iterator(folder)) {
    std::string content = "/";
    if (one.is_regular_file()) {
      std::ifstream file(one.path(), std::ios::binary);
      content.assign(std::istreambuf_iterator<char>(file), {});
    }
    all[one.path().lexically_relative(folder).native()] = content;
  }
  return all;
}

std::string stream_of(folder_source& source) {
  std::string all;
  for (auto piece = source.next_piece(); !piece.empty(); piece = source.next_piece()) all += piece;
  return all;
}

class trees {
 public:
  trees() {
    sfs::create_directories(path() / "größe" / "leer");
    folder_.put("photos/a: b", "content");
    folder_.put("photos/größe/empty", "");
    folder_.put("photos/größe/.hidden", std::string(200'000, 'x'));
  }
  sfs::path path() const { return folder_.path() / "photos"; }
  const temporary_folder& around() const { return folder_; }
  folder_target target(std::uint64_t offered = 200'007) const {
    return {weft::fs::directory(folder_.path()), "photos", ipmsg::limits_for(offered)};
  }

 private:
  temporary_folder folder_;
};

}  // namespace

TEST_CASE("folder: what is sent is stored, under a free name once it is complete") {
  const trees tree;
  sfs::create_directory(tree.around().path() / "photos.1");
  folder_source source(tree.path());
  const auto stream = stream_of(source);
  CHECK(source.totals().files == 3);
  CHECK(source.totals().bytes == 200'007);
  auto target = tree.target();
  std::size_t at = 0;
  for (std::size_t size = 1; at + size < stream.size(); at += size, ++size) {
    CHECK(!target.store(std::string_view(stream).substr(at, size)));
  }
  CHECK(!sfs::exists(tree.around().path() / "photos.2"));
  CHECK(target.store(std::string_view(stream).substr(at)));
  CHECK(target.commit() == "photos.2");
  CHECK(target.totals().files == 3);
  CHECK(content_of(tree.around().path() / "photos.2") == content_of(tree.path()));
  CHECK(tree.around().entries() == 3);
}

TEST_CASE("folder: a count comes to what is sent; links, FIFOs and what they lead to are left out") {
  const trees tree;
  sfs::create_symlink("/etc/passwd", tree.path() / "link");
  sfs::create_directory_symlink("/etc", tree.path() / "folder link");
  REQUIRE(::mkfifo((tree.path() / "fifo").c_str(), 0600) == 0);
  folder_count count(tree.path());
  while (!count.go_on()) continue;
  CHECK(count.totals().files == 3);
  CHECK(count.totals().bytes == 200'007);
  folder_source source(tree.path());
  auto target = tree.target();
  CHECK(target.store(stream_of(source)));
  CHECK(content_of(tree.around().path() / target.commit()).size() == 5);
}

TEST_CASE("folder: a file that becomes shorter while it is sent ends the stream, one that grows is cut") {
  const temporary_folder folder;
  sfs::create_directory(folder.path() / "top");
  folder.put("top/big", std::string(300'000, 'x'));
  folder_source shrinking(folder.path() / "top");
  static_cast<void>(shrinking.next_piece());
  sfs::resize_file(folder.path() / "top" / "big", 1000);
  CHECK_THROWS_WITH_AS(stream_of(shrinking), doctest::Contains("'big' has become shorter"), std::runtime_error);
  sfs::resize_file(folder.path() / "top" / "big", 300'000);
  folder_source growing(folder.path() / "top");
  auto stream = growing.next_piece();
  sfs::resize_file(folder.path() / "top" / "big", 400'000);
  stream += stream_of(growing);
  folder_target target(weft::fs::directory(folder.path()), "new", {});
  CHECK(target.store(stream));
  CHECK(sfs::file_size(folder.path() / target.commit() / "big") == 300'000);
}

TEST_CASE("folder: deeper than a peer takes it is not offered") {
  const temporary_folder folder;
  auto deep = folder.path();
  for (int i = 0; i < 64; ++i) deep /= "d";
  sfs::create_directories(deep);
  folder_count fits(folder.path() / "d");
  while (!fits.go_on()) continue;
  CHECK(fits.totals().files == 0);
  folder_count count(folder.path());
  const auto told = "'" + folder.path().filename().native() + "' has more than 64 folders in each other";
  CHECK_THROWS_WITH_AS(count.go_on(), told.c_str(), std::runtime_error);
}

TEST_CASE("folder: what cannot be opened is named with the folders that lead to it") {
  const temporary_folder folder;
  sfs::create_directories(folder.path() / "top" / "inner");
  folder.put("top/inner/file", "content");
  folder_walk walk(folder.path() / "top");
  CHECK(walk.next().name == "top");
  CHECK(walk.next().name == "inner");
  // The superuser, who may open everything, does it as somebody else (of this thread alone).
  sfs::permissions(folder.path() / "top" / "inner" / "file", sfs::perms::none);
  ::setfsuid(65534);
  const weft::scope_exit restoring([] { ::setfsuid(::geteuid()); });
  CHECK_THROWS_WITH_AS(walk.next(), doctest::Contains("cannot open 'top/inner/file'"), boost::system::system_error);
}

TEST_CASE("folder: what comes twice, and what is given up, leaves nothing") {
  const temporary_folder folder;
  using kind = ipmsg::folder_entry::kind;
  const auto top = ipmsg::entry_bytes({kind::folder, "top"});
  const auto file = ipmsg::entry_bytes({kind::file, "a"});
  const auto inner = ipmsg::entry_bytes({kind::folder, "a"});
  const auto leave = ipmsg::entry_bytes({kind::leave});
  for (const auto& twice : {file + file, inner + leave + inner, file + inner, inner + leave + file}) {
    folder_target target(weft::fs::directory(folder.path()), "new", {});
    CHECK_THROWS_AS(target.store(top + twice), boost::system::system_error);
    CHECK(folder.entries() == 1);
    target.discard();
    CHECK(folder.entries() == 0);
  }
}

TEST_CASE("folder: a link that another one puts into its place meanwhile leads nowhere") {
  const temporary_folder folder;
  sfs::create_directory(folder.path() / "victim");
  using kind = ipmsg::folder_entry::kind;
  folder_target target(weft::fs::directory(folder.path()), "new", {});
  CHECK(!target.store(ipmsg::entry_bytes({kind::folder, "top"})));
  for (const auto& one : sfs::directory_iterator(folder.path())) {
    if (one.path().filename() == "victim") continue;
    sfs::create_directory_symlink("../victim", one.path() / "a");
    sfs::create_symlink("../victim/b", one.path() / "b");
  }
  CHECK_THROWS_AS(target.store(ipmsg::entry_bytes({kind::folder, "a"})), boost::system::system_error);
  CHECK_THROWS_AS(target.store(ipmsg::entry_bytes({kind::file, "b"})), boost::system::system_error);
  CHECK(sfs::is_empty(folder.path() / "victim"));
  target.discard();
  CHECK(sfs::exists(folder.path() / "victim"));
}

TEST_CASE("folder: a path has the name of what it leads to") {
  const temporary_folder folder;
  const auto name = folder.path().filename().native();
  sfs::create_directory(folder.path() / "x");
  CHECK(name_of_path(folder.path()) == name);
  CHECK(name_of_path(folder.path().native() + "/") == name);
  CHECK(name_of_path(folder.path().native() + "/.") == name);
  CHECK(name_of_path(folder.path().native() + "/x/..") == name);
  CHECK(name_of_path("a: b.txt") == "a: b.txt");
  CHECK(name_of_path("/").empty());
}

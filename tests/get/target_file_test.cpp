#include "get/target_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

using namespace weft::get_app;
using verdict = planned_name::verdict;

namespace {

/// A folder that goes with its content.
class temporary_folder {
 public:
  temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-test-XXXXXX").native();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

  void put(const std::string& name, std::string_view text) const { std::ofstream(path_ / name) << text; }
  std::string get(const std::string& name) const {
    std::ifstream file(path_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }
  target at(std::string name, verdict decision, conflict_policy policy) const {
    return {weft::fs::directory(path_), {decision, std::move(name)}, policy};
  }

 private:
  std::filesystem::path path_;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("target_file: the file appears with commit and not before") {
  const temporary_folder folder;
  target_file file(folder.at("a", verdict::write, conflict_policy::rename));
  file.write(bytes("hello "));
  CHECK(!std::filesystem::exists(folder.path() / "a"));
  file.write(bytes("world"));
  CHECK(file.commit() == "a");
  CHECK(folder.get("a") == "hello world");
  CHECK(folder.entries() == 1);
}

TEST_CASE("target_file: without commit nothing is left") {
  const temporary_folder folder;
  {
    target_file file(folder.at("a", verdict::write, conflict_policy::rename));
    file.write(bytes("half"));
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("target_file: a name that was taken meanwhile is numbered, kept or an error, by policy") {
  const temporary_folder folder;
  folder.put("a.txt", "old");
  folder.put("a.1.txt", "old too");
  CHECK(save_file(folder.at("a.txt", verdict::write, conflict_policy::rename), bytes("new")) == "a.2.txt");
  for (const auto policy : {conflict_policy::skip, conflict_policy::overwrite, conflict_policy::fail}) {
    try {
      save_file(folder.at("a.txt", verdict::write, policy), bytes("new"));
      FAIL("it was there");
    } catch (const boost::system::system_error& error) {
      CHECK(error.code() == boost::system::errc::file_exists);
    }
  }
  CHECK(folder.get("a.txt") == "old");
  CHECK(folder.entries() == 3);
}

TEST_CASE("target_file: a link is replaced, what it points to is not touched") {
  const temporary_folder folder;
  folder.put("victim", "precious");
  std::filesystem::create_symlink("victim", folder.path() / "a");
  CHECK(save_file(folder.at("a", verdict::replace, conflict_policy::overwrite), bytes("new")) == "a");
  CHECK(folder.get("victim") == "precious");
  CHECK(!std::filesystem::is_symlink(folder.path() / "a"));
}

TEST_CASE("target_file: a FIFO is neither opened nor replaced") {
  const temporary_folder folder;
  REQUIRE(::mkfifo((folder.path() / "a").c_str(), 0600) == 0);
  CHECK_THROWS_AS(save_file(folder.at("a", verdict::replace, conflict_policy::overwrite), bytes("new")),
                  boost::system::system_error);
  CHECK(std::filesystem::is_fifo(folder.path() / "a"));
  CHECK(folder.entries() == 1);
}

#include "chat/secure/guard.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/ip/address.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace weft::chat_app;
using namespace weft::chat_app::secure;

namespace {

/// A folder that is gone at the end.
class scratch_folder {
 public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-chat-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }

  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

const endpoint bob{boost::asio::ip::make_address("192.0.2.2"), 7070};
const endpoint stranger{boost::asio::ip::make_address("192.0.2.9"), 4711};

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

}  // namespace

TEST_CASE("key file: a missing key is made, with its folders, and is the same from then on") {
  const scratch_folder folder;
  const auto path = folder / "a/b/chat.key";
  const auto made = load_or_make_key(path);
  CHECK(load_or_make_key(path).open == made.open);
  CHECK(parse_key(key_text(made.open)) == made.open);
  struct stat about{};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  REQUIRE(::stat((folder / "a").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("key file: what is no key, or is open to others, is refused by name") {
  const scratch_folder folder;
  const auto path = folder / "chat.key";
  write(path, "not a key\n");
  CHECK_THROWS_AS(load_or_make_key(path), std::runtime_error);
  ::chmod(path.c_str(), 0640);
  CHECK_THROWS_AS(load_or_make_key(path), std::runtime_error);
  write(folder / "known", "host:7070 short\n");
  CHECK_THROWS_AS(known_peers(folder / "known"), std::runtime_error);
}

TEST_CASE("guard: a named peer has the key that is known for its name, under every rule") {
  const scratch_folder folder;
  const auto first = key_pair::random().open;
  const auto second = key_pair::random().open;
  write(folder / "known", "# mine\nbob.example:7070 " + key_text(first) + "\n\n");
  for (const auto rule : {acceptance::ask, acceptance::known, acceptance::all}) {
    guard keeper(known_peers(folder / "known"), rule);
    keeper.name(bob, "bob.example:7070");
    CHECK(keeper.judge(bob, first) == verdict::accepted);
    CHECK(keeper.judge(bob, second) == verdict::changed);
    CHECK(!keeper.accept(bob));
  }
}

TEST_CASE("guard: a key that was accepted is known the next time, as one that was taken with all is") {
  const scratch_folder folder;
  const auto key = key_pair::random().open;
  {
    guard keeper(known_peers(folder / "known"), acceptance::ask);
    keeper.name(bob, "bob:7070");
    CHECK(keeper.judge(bob, key) == verdict::unknown);
    CHECK(keeper.is_waiting(bob));
    CHECK(keeper.accept(bob) == key);
    CHECK(keeper.judge(bob, key) == verdict::accepted);
  }
  guard again(known_peers(folder / "known"), acceptance::known);
  again.name(bob, "bob:7070");
  CHECK(again.judge(bob, key) == verdict::accepted);
  guard open(known_peers(folder / "other"), acceptance::all);
  open.name(bob, "bob:7070");
  CHECK(open.judge(bob, key) == verdict::accepted);
  CHECK(known_peers(folder / "other").find("bob:7070") == key);
}

TEST_CASE("guard: a stranger is known by any known key, and fills no file") {
  const scratch_folder folder;
  const auto key = key_pair::random().open;
  write(folder / "known", "bob:7070 " + key_text(key) + "\n");
  guard keeper(known_peers(folder / "known"), acceptance::known);
  CHECK(keeper.judge(stranger, key) == verdict::accepted);
  CHECK(keeper.judge(stranger, key_pair::random().open) == verdict::unknown);
  guard open(known_peers(folder / "other"), acceptance::all);
  CHECK(open.judge(stranger, key_pair::random().open) == verdict::accepted);
  CHECK(!std::filesystem::exists(folder / "other"));
}

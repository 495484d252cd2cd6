#include "chat/secure/guard.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
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

const endpoint named{boost::asio::ip::make_address("192.0.2.2"), 7070};
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
    keeper.name(named, "bob.example:7070");
    CHECK(keeper.judge(named, first) == verdict::accepted);
    CHECK(keeper.judge(named, second) == verdict::changed);
    CHECK(keeper.waiting(named).empty());
  }
}

TEST_CASE("guard: a key that was accepted is known the next time, as one that was taken with all is") {
  const scratch_folder folder;
  const auto key = key_pair::random().open;
  {
    guard keeper(known_peers(folder / "known"), acceptance::ask);
    keeper.name(named, "bob:7070");
    CHECK(keeper.judge(named, key) == verdict::unknown);
    REQUIRE(keeper.waiting(named) == std::vector{key});
    keeper.accept(named, key);
    CHECK(keeper.waiting(named).empty());
    CHECK(keeper.judge(named, key) == verdict::accepted);
  }
  guard again(known_peers(folder / "known"), acceptance::known);
  again.name(named, "bob:7070");
  CHECK(again.judge(named, key) == verdict::accepted);
  guard open(known_peers(folder / "other"), acceptance::all);
  open.name(named, "bob:7070");
  CHECK(open.judge(named, key) == verdict::accepted);
  CHECK(known_peers(folder / "other").find("bob:7070") == key);
}

TEST_CASE("guard: a second key that is shown meanwhile does not take the place of the first") {
  const scratch_folder folder;
  const auto right = key_pair::random().open;
  const auto wrong = key_pair::random().open;
  guard keeper(known_peers(folder / "known"), acceptance::ask);
  keeper.name(named, "bob:7070");
  CHECK(keeper.judge(named, right) == verdict::unknown);
  CHECK(keeper.judge(named, wrong) == verdict::unknown);
  CHECK(keeper.judge(named, right) == verdict::unknown);
  CHECK(keeper.waiting(named) == std::vector{right, wrong});
  for (int i = 0; i < 100; ++i) keeper.judge(named, key_pair::random().open);
  CHECK(keeper.waiting(named).size() <= 8);
}

TEST_CASE("known peers: upper and lower case make no difference in a host's name") {
  const scratch_folder folder;
  const auto key = key_pair::random().open;
  write(folder / "known", "Bob.Example:7070 " + key_text(key) + "\n");
  CHECK(known_peers(folder / "known").find("bob.eXample:7070") == key);
}

TEST_CASE("known peers: a file that is too large is refused, not read in part") {
  const scratch_folder folder;
  write(folder / "known", std::string((1 << 20) + 1, '\n'));
  CHECK_THROWS_AS(known_peers(folder / "known"), std::runtime_error);
}

TEST_CASE("known peers: a line that finds no room leaves nothing behind") {
  const scratch_folder folder;
  const auto path = folder / "known";
  const auto first = key_pair::random().open;
  known_peers known(path);
  known.add("first:1", first);
  const auto size = std::filesystem::file_size(path);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit narrow{.rlim_cur = size + 10, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &narrow);
  bool refused = false;
  try {
    known.add("second:2", first);
  } catch (const boost::system::system_error&) {
    refused = true;
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  CHECK(refused);
  CHECK(std::filesystem::file_size(path) == size);
  CHECK(known_peers(path).find("first:1") == first);
}

TEST_CASE("key file: whoever is late takes the key that is there") {
  const scratch_folder folder;
  const auto path = folder / "chat.key";
  const auto made = load_or_make_key(path);
  CHECK(load_or_make_key(path).open == made.open);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "."), {}) == 1);
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

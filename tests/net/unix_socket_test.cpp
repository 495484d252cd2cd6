#include <weft/net/unix_socket.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/serve.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "fs/temporary_folder.hpp"

using namespace weft;
using namespace std::chrono_literals;

namespace {

task<> echo(net::unix_socket socket) {
  std::array<char, 100> buffer{};
  while (const std::size_t got = co_await socket.read_some(buffer))
    co_await socket.write_all(std::span(buffer).first(got));
}

task<std::string> ask(std::string path, std::string text) {
  auto socket = co_await net::unix_connect(std::move(path));
  co_await socket.write_all(text);
  socket.shutdown_write();
  std::string answer(text.size(), ' ');
  co_await socket.read_exactly(answer);
  co_return answer;
}

}  // namespace

TEST_CASE("unix_socket: a server at a path or an abstract name is connected to by it, and knows who came") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::string abstract = "@weft-test-" + std::to_string(::getpid());
    const std::vector<std::string> paths = {(folder.path() / "socket").string(), abstract};
    for (const std::string& path : paths) {
      auto listener = net::unix_listen(path);
      CHECK(listener.path() == path);
      auto near = co_await net::unix_connect(path);
      auto far = co_await listener.accept();
      CHECK(far.peer().process == ::getpid());
      CHECK(far.peer().user == ::geteuid());
      CHECK(far.peer().group == ::getegid());
      co_await near.write_all("line one\nline two\n");
      std::string text;
      const std::size_t end = co_await far.read_until(text, "\n");
      CHECK(text.substr(0, end) == "line one\n");
    }
  });
}

TEST_CASE("unix_socket: serve_unix() serves it as serve() does TCP, and drains") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::string path = (folder.path() / "socket").string();
    const auto server =
        spawn([](std::string at) -> task<> { co_await net::serve_unix(net::unix_listen(at), echo); }, path);
    co_await yield();
    for (int i = 0; i < 3; ++i) {
      const std::string answer = co_await ask(path, "hello");
      CHECK(answer == "hello");
    }
    server.kill("test");
    co_await server.join();
    CHECK_FALSE(std::filesystem::exists(path));
  });
}

TEST_CASE("unix_listen: has the file with the permissions asked for, and removes what is its own") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::string path = (folder.path() / "socket").string();
    net::unix_listen_options options;
    options.mode = 0600;
    auto listener = net::unix_listen(path, options);
    struct stat found{};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    std::filesystem::remove(path);
    std::ofstream(path) << "somebody else's";
    listener.close();
    listener.close();
    CHECK(std::filesystem::exists(path));
    CHECK_THROWS_AS((void)net::unix_listen(path), boost::system::system_error);
    CHECK(std::filesystem::exists(path));
    co_return;
  });
}

TEST_CASE("unix_listen: replaces the file of a server that has ended, not of one that runs") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::string path = (folder.path() / "socket").string();
    {
      auto left = net::unix_listen(path);
      std::filesystem::create_hard_link(path, path + ".kept");
    }
    std::filesystem::rename(path + ".kept", path);
    const auto listener = net::unix_listen(path);
    std::string told;
    try {
      (void)net::unix_listen(path);
    } catch (const boost::system::system_error& error) {
      told = error.what();
    }
    CHECK(told.starts_with("cannot listen on '" + path + "': Address already in use"));
    co_return;
  });
}

TEST_CASE("unix_connect: waits while the server has no room for more, and can be killed then") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::string path = (folder.path() / "socket").string();
    net::unix_listen_options options;
    options.backlog = 0;
    auto listener = net::unix_listen(path, options);
    auto first = co_await net::unix_connect(path);
    auto killed = spawn(net::unix_connect, path);
    auto waiting = spawn(net::unix_connect, path);
    co_await sleep(5ms);
    CHECK_FALSE(waiting.ready());
    co_await killed.kill_join();
    CHECK(killed.killed());
    auto far = co_await listener.accept();
    auto second = co_await std::move(waiting);
    co_await second.write_all("here");
    auto far_second = co_await listener.accept();
    std::array<char, 4> buffer{};
    co_await far_second.read_exactly(buffer);
    CHECK(std::string(buffer.data(), 4) == "here");
  });
}

TEST_CASE("unix_connect: says which path nobody listens at, and refuses one that is too long or has a NUL") {
  testkit::run([]() -> task<> {
    const temporary_folder folder;
    const std::vector<std::string> paths = {(folder.path() / "none").string(), std::string(200, 'x'), std::string(),
                                            (folder.path() / std::string("a\0b", 3)).string()};
    for (const std::string& path : paths) {
      std::string told;
      try {
        (void)co_await net::unix_connect(path);
      } catch (const boost::system::system_error& error) {
        told = error.what();
      }
      CHECK(told.starts_with("cannot connect to '" + std::string(path.c_str())));  // as far as the NUL
    }
  });
}

TEST_CASE("unix_pair: two ends without a name") {
  testkit::run([]() -> task<> {
    auto ends = net::unix_pair();
    co_await ends.first.write_all("a", "b");
    std::array<char, 2> buffer{};
    co_await ends.second.read_exactly(buffer);
    CHECK(std::string(buffer.data(), 2) == "ab");
  });
}

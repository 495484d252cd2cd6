#include <weft/core/debug_server.hpp>

#include "support.hpp"

#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/watchdog.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace core_test;
using weft::task;

weft::run_options with_debugger() {
  auto options = weft::run_options();
  options.debugger = true;
  options.watchdog = std::nullopt;
  return options;
}

std::string path_of(pid_t process) { return weft::detail::debugger_folder() + "/" + std::to_string(process) + ".sock"; }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

int connect_here() {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path_of(::getpid()));
  REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return client;
}

std::string ask(const std::string& request) {
  const int client = connect_here();
  const std::string line = request + "\n";
  REQUIRE(::send(client, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()));
  std::string answer;
  char piece[4096];
  for (ssize_t got = 0; (got = ::recv(client, piece, sizeof(piece), 0)) > 0;)
    answer.append(piece, static_cast<std::size_t>(got));
  ::close(client);
  return answer;
}

TEST_CASE("debug server: lists the tasks, also while the loop is held, and kills one") {
  auto body = []() -> task<> {
    auto sleeper = weft::spawn(weft::spawn_options{"sleeper"}, []() -> task<> { co_await weft::sleep(24h); });
    co_await weft::yield();
    // The loop is held by this very call: its thread is made to answer.
    std::string held;
    std::thread([&] { held = ask("tasks"); }).join();
    CHECK(held.find(R"("name":"sleeper","state":"waiting","wait":"sleep")") != std::string::npos);
    CHECK(held.find(R"("name":"main","state":"running")") != std::string::npos);

    std::string killed;
    std::string unknown;
    std::string nonsense;
    std::atomic<bool> done = false;
    std::thread client([&] {
      killed = ask("kill " + std::to_string(sleeper.id()) + " enough");
      unknown = ask("kill 999999");
      nonsense = ask("what?");
      done = true;
    });
    co_await sleeper.join();
    CHECK(weft::describe(sleeper.error()) == "cancelled: enough");
    try {
      std::rethrow_exception(sleeper.error());
    } catch (const weft::cancelled& end) {
      CHECK(describe(end.origin()) == "killed by weft-top");
    }
    while (!done) co_await weft::sleep(1ms);
    client.join();
    CHECK(killed == "{\"killed\":true}\n");
    CHECK(unknown == "{\"error\":\"there is no such task\"}\n");
    CHECK(nonsense == "{\"error\":\"not understood\"}\n");
  };
  CHECK(weft::run(with_debugger(), body) == 0);
}

/// A thread that is asked on its way into a system call may have that call ended.
void wait_until_asleep(pid_t thread) {
  for (std::string text; text.find(") S ") == std::string::npos; std::this_thread::yield()) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::getline(file, text);
  }
}

TEST_CASE("debug server: lists the tasks of a loop that sits in a system call, and does not end the call") {
  auto body = []() -> task<> {
    auto sleeper = weft::spawn(weft::spawn_options{"sleeper"}, []() -> task<> { co_await weft::sleep(24h); });
    co_await weft::yield();
    std::string held;
    const int done = ::eventfd(0, EFD_CLOEXEC);
    std::thread client([&, loop = ::gettid()] {
      wait_until_asleep(loop);
      held = ask("tasks");
      ::eventfd_write(done, 1);
    });
    pollfd waiting{.fd = done, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, -1);  // any signal would end it
    client.join();
    ::close(done);
    CHECK(ready == 1);
    CHECK(held.find(R"("name":"sleeper","state":"waiting","wait":"sleep")") != std::string::npos);
    CHECK(held.find(R"("name":"main","state":"running")") != std::string::npos);
    sleeper.kill();
  };
  CHECK(weft::run(with_debugger(), body) == 0);
}

TEST_CASE("debug server: a client that takes its time holds nothing up") {
  std::atomic<bool> has_ended = false;
  std::atomic<bool> is_connected = false;
  int sent = 0;
  std::thread slow;
  auto body = [&]() -> task<> {
    slow = std::thread([&] {
      const int client = connect_here();
      is_connected = true;
      const auto latest = std::chrono::steady_clock::now() + 20s;
      while (!has_ended && std::chrono::steady_clock::now() < latest) {
        if (::send(client, "x", 1, MSG_NOSIGNAL) == 1) ++sent;
        std::this_thread::yield();
      }
      CHECK(has_ended);
      ::close(client);
    });
    while (!is_connected) co_await weft::sleep(1ms);
  };
  CHECK(weft::run(with_debugger(), body) == 0);
  has_ended = true;
  slow.join();
  CHECK(sent > 0);
}

pid_t number_of_ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  return child;
}

TEST_CASE("debug server: removes the sockets of processes that were killed, and no other") {
  CHECK(weft::run(with_debugger(), nothing) == 0);  // makes the folder
  const std::string left = path_of(number_of_ended_process());
  const std::string listens = path_of(number_of_ended_process());
  for (const auto& path : {left, listens}) {
    const int one = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(path);
    REQUIRE(::bind(one, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(one, 1) == 0);
    if (path == left) ::close(one);
  }
  CHECK(weft::run(with_debugger(), nothing) == 0);
  CHECK(::access(left.c_str(), F_OK) != 0);
  CHECK(::access(listens.c_str(), F_OK) == 0);
  ::unlink(listens.c_str());
}

}  // namespace

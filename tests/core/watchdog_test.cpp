#include <weft/core/watchdog.hpp>

#include "support.hpp"

#include <weft/core/debug_server.hpp>
#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using namespace core_test;
using weft::task;

/// Collects weft's log while it lives.
class captured_log {
 public:
  captured_log() : before_(spdlog::get("weft")) {
    spdlog::drop("weft");
    spdlog::register_logger(std::make_shared<spdlog::logger>("weft", lines_));
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() {
    spdlog::drop("weft");
    if (before_) spdlog::register_logger(before_);
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& line : lines_->last_formatted()) all += line;
    return all;
  }

 private:
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(100);
  std::shared_ptr<spdlog::logger> before_;
};

weft::run_options impatient() {
  auto options = weft::run_options();
  options.watchdog = 5ms;
  return options;
}

void burn(weft::duration length) {
  const auto until = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < until) {
  }
}

TEST_CASE("watchdog: names the task that holds the loop, where it stands, and says when it ends") {
  const captured_log log;
  std::string during;
  auto body = [&]() -> task<> {
    auto hog = [&]() -> task<> {
      co_await weft::yield();
      while (log.text().find("has been held") == std::string::npos) burn(1ms);
      during = log.text();
    };
    auto held = weft::spawn(weft::spawn_options{"hog"}, hog);
    co_await held;
    // It says so at its next look.
    while (log.text().find("free again") == std::string::npos) co_await weft::sleep(1ms);
  };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(during.find("by task #2 hog; it ") != std::string::npos);
  CHECK(during.find("watchdog_test.cpp:") != std::string::npos);
  CHECK(during.find("it is in:\n") != std::string::npos);
  CHECK(log.text().find("the loop is free again: task #2 hog held it") != std::string::npos);
}

TEST_CASE("watchdog: tells a system call from work") {
  const captured_log log;
  auto body = [&]() -> task<> {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::thread writer([&] {
      while (log.text().find("has been held") == std::string::npos) std::this_thread::yield();
      static_cast<void>(!::write(ends[1], "x", 1));
    });
    char byte = 0;
    const auto got = ::read(ends[0], &byte, 1);
    CHECK(got == 1);
    writer.join();
    ::close(ends[0]);
    ::close(ends[1]);
    co_return;
  };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(log.text().find("it sits in a system call (read)") != std::string::npos);
}

TEST_CASE("watchdog: sees many small steps that add up") {
  const captured_log log;
  auto body = [&]() -> task<> {
    auto small = [&]() -> task<> {
      while (log.text().find("many steps in a row") == std::string::npos) {
        burn(300us);
        co_await weft::yield();
      }
    };
    co_await weft::spawn(small);
  };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(log.text().find("the loop has been held for") != std::string::npos);
}

TEST_CASE("watchdog: a loop that waits is no loop that is held") {
  const captured_log log;
  auto body = []() -> task<> { co_await weft::sleep(50ms); };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(log.text().find("held") == std::string::npos);
}

std::string ask(const std::string& request) {
  const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = weft::detail::debugger_folder() + "/" + std::to_string(::getpid()) + ".sock";
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
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
  auto options = weft::run_options();
  options.debugger = true;
  options.watchdog = std::nullopt;
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
    while (!done) co_await weft::sleep(1ms);
    client.join();
    CHECK(killed == "{\"killed\":true}\n");
    CHECK(unknown == "{\"error\":\"there is no such task\"}\n");
    CHECK(nonsense == "{\"error\":\"not understood\"}\n");
  };
  CHECK(weft::run(options, body) == 0);
}

}  // namespace

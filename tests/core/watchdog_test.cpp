#include <weft/core/watchdog.hpp>

#include "captured_log.hpp"
#include "support.hpp"

#include <weft/core/run.hpp>
#include <weft/core/sleep.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

using namespace core_test;
using weft::task;

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

/// What the log says from now on.
class new_text {
 public:
  explicit new_text(const captured_log& log) : log_(log), from_(log.text().size()) {}

  [[nodiscard]] bool has(const std::string& part) const { return log_.text().find(part, from_) != std::string::npos; }
  void wait_for_report() const {
    while (!has("has been held")) std::this_thread::yield();
  }

 private:
  const captured_log& log_;
  std::size_t from_;
};

// On a busy machine a thread may lose the processor just before a system call: the report then says that, and the next
// time is as good.
constexpr int tries = 40;  // the log keeps 100 lines

TEST_CASE("watchdog: tells a system call from work") {
  const captured_log log;
  auto body = [&]() -> task<> {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    for (int i = 0; i < tries && log.text().find("it sits in a system call (read)") == std::string::npos; ++i) {
      const new_text told(log);
      std::thread writer([&] {
        told.wait_for_report();
        static_cast<void>(!::write(ends[1], "x", 1));
      });
      char byte = 0;
      const auto got = ::read(ends[0], &byte, 1);
      CHECK(got == 1);
      writer.join();
      co_await weft::sleep(1ms);
    }
    ::close(ends[0]);
    ::close(ends[1]);
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

TEST_CASE("watchdog: a step that comes behind others in its turn is named all the same") {
  const captured_log log;
  auto body = [&]() -> task<> {
    auto little = []() -> task<> {
      burn(4ms);
      co_return;
    };
    auto stuck = [&]() -> task<> {
      const auto latest = std::chrono::steady_clock::now() + 20s;
      while (log.text().find("by task #3 stuck") == std::string::npos && std::chrono::steady_clock::now() < latest)
        burn(1ms);
      co_return;
    };
    weft::spawn(weft::spawn_options{"little"}, little);
    auto held = weft::spawn(weft::spawn_options{"stuck"}, stuck);
    co_await held;
  };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(log.text().find("by task #3 stuck; it ") != std::string::npos);
}

TEST_CASE("watchdog: ends no system call before its time") {
  const captured_log log;
  bool found = false;
  auto body = [&]() -> task<> {
    auto blocked = [&]() -> task<> {
      co_await weft::yield();
      const new_text told(log);
      const int reported = ::eventfd(0, EFD_CLOEXEC);
      std::thread reader([&] {
        told.wait_for_report();
        ::eventfd_write(reported, 1);
      });
      // Any signal would end it.
      pollfd waiting{.fd = reported, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&waiting, 1, -1);
      reader.join();
      ::close(reported);
      found = told.has(" blocked; it sits in a system call (poll)");
      if (found) CHECK(ready == 1);
      if (found) CHECK(told.has("watchdog_test.cpp:"));
      if (found) CHECK(told.has("it is in:\n"));
    };
    for (int i = 0; i < tries && !found; ++i) {
      auto held = weft::spawn(weft::spawn_options{"blocked"}, blocked);
      co_await held;
      co_await weft::sleep(1ms);
    }
  };
  CHECK(weft::run(impatient(), body) == 0);
  CHECK(found);
}

TEST_CASE("watchdog: a dump that no one reads holds nothing up") {
  // On a busy machine the watchdog has something to say: not into the full pipe.
  const captured_log log;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int before = ::dup(STDERR_FILENO);
  const auto waiting = [&] {
    int count = 0;
    REQUIRE(::ioctl(ends[0], FIONREAD, &count) == 0);
    return count;
  };
  auto body = [&]() -> task<> {
    // More than the pipe has room for.
    auto sleeper = []() -> task<> { co_await weft::sleep(24h); };
    for (int i = 0; i < 2000; ++i) weft::spawn(weft::spawn_options{"one of very many that sleep"}, sleeper);
    co_await weft::yield();
    REQUIRE(::dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    std::raise(SIGUSR2);
    while (waiting() < ::fcntl(ends[1], F_GETPIPE_SZ)) co_await weft::sleep(1ms);
  };
  CHECK(weft::run(body) == 0);
  REQUIRE(::dup2(before, STDERR_FILENO) == STDERR_FILENO);
  for (const int descriptor : {before, ends[0], ends[1]}) ::close(descriptor);
}

}  // namespace

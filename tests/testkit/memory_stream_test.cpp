#include <weft/testkit/memory_stream.hpp>

#include "support.hpp"

#include <weft/core/join.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>
#include <weft/testkit/cancel_sweep.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/seeds.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using namespace testkit_test;
using weft::task;
namespace testkit = weft::testkit;
namespace error = boost::asio::error;

/// The error code that awaiting gives; success where there is none.
template <class T>
task<boost::system::error_code> code_of(task<T> operation) {
  boost::system::error_code code;
  try {
    static_cast<void>(co_await std::move(operation));
  } catch (const boost::system::system_error& failed) {
    code = failed.code();
  }
  co_return code;
}

TEST_CASE("memory_stream: bytes arrive in order, as many as there are") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        CHECK(co_await left.write_all("hello", " ", std::string("world")) == 11);
        std::array<char, 5> some{};
        CHECK(co_await right.read_some(some) == 5);
        CHECK(std::string_view(some.data(), 5) == "hello");
        std::string rest(100, ' ');
        CHECK(co_await right.read_some(rest) == 6);
        CHECK(rest.starts_with(" world "));
        CHECK(co_await right.write_all("back") == 4);
        CHECK(co_await left.read_exactly(std::span(some).first(4)) == 4);
      },
      {});
}

TEST_CASE("memory_stream: a writer waits while there is no room") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams(4);
        auto writer = weft::spawn([&left]() -> task<std::size_t> { return left.write_all("0123456789"); });
        co_await weft::sleep(1h);
        CHECK_FALSE(writer.ready());
        std::string got(10, ' ');
        CHECK(co_await right.read_some(got) == 4);
        co_await weft::sleep(1h);
        CHECK_FALSE(writer.ready());
        CHECK(co_await right.read_exactly(std::span(got).subspan(4)) == 6);
        CHECK(got == "0123456789");
        CHECK(co_await writer == 10);
      },
      {});
}

TEST_CASE("memory_stream: the end comes behind the last byte") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        co_await left.write_all("one\ntw");
        left.shutdown_write();
        CHECK(co_await code_of(left.write_all("x")) == error::broken_pipe);
        std::string text;
        CHECK(co_await right.read_until(text, "\n") == 4);
        text.erase(0, 4);
        CHECK(co_await code_of(right.read_until(text, "\n")) == error::eof);
        CHECK(text == "tw");
        std::array<char, 3> none{};
        CHECK(co_await right.read_some(none) == 0);
        CHECK(co_await code_of(right.read_exactly(none)) == error::eof);
        co_await right.write_all("still open");
        CHECK(co_await left.read_some(none) == 3);
      },
      {});
}

TEST_CASE("memory_stream: close ends what waits, and what the other end does") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams(1);
        std::array<char, 1> byte{};
        auto reading = weft::spawn([&]() -> task<boost::system::error_code> { return code_of(left.read_some(byte)); });
        auto writing = weft::spawn([&]() -> task<boost::system::error_code> { return code_of(left.write_all("ab")); });
        auto stuck = weft::spawn([&]() -> task<boost::system::error_code> { return code_of(right.write_all("abc")); });
        co_await weft::sleep(1h);
        CHECK(co_await reading == boost::system::error_code());
        left.close();
        left.close();
        CHECK_FALSE(left.is_open());
        CHECK(co_await writing == error::operation_aborted);
        CHECK(co_await stuck == error::broken_pipe);
        CHECK(co_await code_of(left.read_some(byte)) == error::bad_descriptor);
        CHECK(co_await code_of(left.write_all(byte)) == error::bad_descriptor);
        CHECK(co_await right.read_some(byte) == 1);
        CHECK(co_await right.read_some(byte) == 0);
        CHECK(co_await code_of(right.write_all("x")) == error::broken_pipe);
      },
      {});
}

TEST_CASE("memory_stream: a read that was killed has taken nothing") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        std::array<char, 8> bytes{};
        auto reader = weft::spawn([&]() -> task<std::size_t> { return right.read_some(bytes); });
        co_await weft::yield();
        co_await left.write_all("kept");
        reader.kill();
        co_await reader.join();
        const std::size_t got = co_await right.read_some(bytes);
        CHECK((reader.killed() ? got == 4 : got == 0));
      },
      {});
}

TEST_CASE("memory_stream: no room at all is refused") {
  CHECK_THROWS_AS(static_cast<void>(testkit::memory_streams(0)), std::invalid_argument);
}

/// Sends a text through a narrow pipe while reading the echo.
task<> echo_through_a_narrow_pipe() {
  auto [left, right] = testkit::memory_streams(3);
  std::string back;
  auto server = [&]() -> task<> {
    std::array<char, 2> some{};
    for (;;) {
      const std::size_t got = co_await right.read_some(some);
      if (got == 0) break;
      co_await right.write_all(std::span(some).first(got));
    }
    right.close();
  };
  auto client = [&]() -> task<> {
    co_await left.write_all("a line, and another one");
    left.shutdown_write();
  };
  auto body = [&](weft::task_group& group) -> task<> {
    group.spawn(server);
    group.spawn(client);
    std::array<char, 5> some{};
    for (;;) {
      const std::size_t got = co_await left.read_some(some);
      if (got == 0) break;
      back.append(some.data(), got);
    }
  };
  co_await weft::scope(body);
  CHECK(back == "a line, and another one");
}

TEST_CASE("memory_stream: both directions at once, under any order and any kill") {
  testkit::for_each_seed(300, echo_through_a_narrow_pipe);
  CHECK(testkit::cancel_at_every_suspension(echo_through_a_narrow_pipe) > 5);
}

}  // namespace

#include <weft/testkit/faulty_stream.hpp>

#include "support.hpp"

#include <weft/core/spawn.hpp>
#include <weft/testkit/memory_stream.hpp>
#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using namespace testkit_test;
using weft::task;
namespace testkit = weft::testkit;
using stream = testkit::faulty_stream<testkit::memory_stream>;

TEST_CASE("faulty_stream: shows every border when it is told to") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        stream slow(std::move(right), {.piece = 1});
        co_await left.write_all("ab\r\ncd");
        std::array<char, 4> some{};
        CHECK(co_await slow.read_some(some) == 1);
        std::string text;
        CHECK(co_await slow.read_until(text, "\r\n") == 3);
        CHECK(text == "b\r\n");
        CHECK(co_await slow.read_exactly(std::span(some).first(2)) == 2);
        CHECK(slow.steps() == 6);
        CHECK(co_await slow.write_all("xyz") == 3);
        CHECK(slow.steps() == 9);
        CHECK(co_await left.read_some(some) == 3);
      },
      {});
}

TEST_CASE("faulty_stream: fails at the step it is told, and from then on") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        stream bad(std::move(right), {.fail_at = 2});
        co_await left.write_all("abc");
        std::array<char, 1> byte{};
        CHECK(co_await bad.read_some(byte) == 1);
        std::string failure;
        for (int i = 0; i < 2; ++i) {
          try {
            co_await bad.read_some(byte);
          } catch (const boost::system::system_error& failed) {
            CHECK(failed.code() == boost::asio::error::connection_reset);
            failure = failed.what();
          }
        }
        CHECK(contains(failure, "faulty stream: step 3"));
        bad.close();
        CHECK_FALSE(bad.is_open());
      },
      {});
}

TEST_CASE("faulty_stream: ends early") {
  testkit::run(
      []() -> task<> {
        auto [left, right] = testkit::memory_streams();
        stream cut(std::move(right), {.truncate_at = 3});
        co_await left.write_all("abcdef");
        std::string text(6, ' ');
        CHECK(co_await cut.read_some(text) == 3);
        CHECK(co_await cut.read_some(text) == 0);
        CHECK(text == "abc   ");
        CHECK(co_await cut.write_all("whole") == 5);
        CHECK(co_await left.read_some(text) == 5);
      },
      {});
}

TEST_CASE("faulty_stream: refuses pieces of nothing") {
  auto ends = testkit::memory_streams();
  CHECK_THROWS_AS(stream(std::move(ends.first), {.piece = 0}), std::invalid_argument);
}

}  // namespace

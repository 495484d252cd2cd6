#include <weft/net/read_until.hpp>

#include <weft/testkit/cancel_sweep.hpp>
#include <weft/testkit/faulty_stream.hpp>
#include <weft/testkit/memory_stream.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/seeds.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/task_group.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

// read_until() of every stream, without a network.

namespace {

using namespace std::chrono_literals;
using weft::task;
namespace testkit = weft::testkit;
using stream = testkit::faulty_stream<testkit::memory_stream>;

/// The lines that a stream holds, and at last what it ended with: "" for an orderly end, else what was thrown.
template <class Stream>
task<std::vector<std::string>> lines_of(Stream& from) {
  std::vector<std::string> lines;
  std::string text;
  std::string failure;
  try {
    for (;;) {
      const std::size_t end = co_await from.read_until(text, "\r\n", 64);
      if (end == 0) break;
      lines.push_back(text.substr(0, end - 2));
      text.erase(0, end);
    }
  } catch (const boost::system::system_error& failed) {
    failure = failed.code() == boost::asio::error::eof ? "eof" : failed.what();
    failure += ", read: " + text;
  }
  lines.push_back(failure);
  co_return lines;
}

const std::string three_lines = "one\r\n\r\ntwo\rthree\r\n";
const std::vector<std::string> as_lines{"one", "", "two\rthree", ""};

TEST_CASE("read_until: finds the delimiter however the bytes are cut") {
  for (std::size_t piece = 1; piece <= three_lines.size(); ++piece) {
    for (std::size_t capacity = 1; capacity <= 4; ++capacity) {
      testkit::run(
          [&]() -> task<> {
            auto [left, right] = testkit::memory_streams(capacity);
            const auto options = testkit::faulty_stream_options{.piece = piece};
            stream reader(std::move(right), options);
            auto write = [&]() -> task<> {
              co_await left.write_all(three_lines);
              left.shutdown_write();
            };
            std::vector<std::string> lines;
            auto body = [&](weft::task_group& group) -> task<> {
              group.spawn(write);
              lines = co_await lines_of(reader);
            };
            co_await weft::scope(body);
            CHECK(lines == as_lines);
          },
          {});
    }
  }
}

TEST_CASE("read_until: an end within a line, and a break, keep what was read") {
  testkit::run(
      []() -> task<> {
        for (std::size_t size = 0; size <= three_lines.size(); ++size) {
          auto [left, right] = testkit::memory_streams();
          co_await left.write_all(three_lines);
          const auto options = testkit::faulty_stream_options{.truncate_at = size, .piece = 1};
          stream cut(std::move(right), options);
          std::vector<std::string> lines = co_await lines_of(cut);
          const std::string end = lines.back();
          lines.pop_back();
          std::string seen;
          for (const std::string& line : lines) seen += line + "\r\n";
          if (!end.empty()) seen += end.substr(std::string("eof, read: ").size());
          CHECK(seen == three_lines.substr(0, size));
        }
        auto [left, right] = testkit::memory_streams();
        co_await left.write_all(three_lines);
        const auto options = testkit::faulty_stream_options{.fail_at = 7, .piece = 1};
        stream broken(std::move(right), options);
        const std::vector<std::string> lines = co_await lines_of(broken);
        CHECK(lines.front() == "one");
        CHECK(lines.back().starts_with("faulty stream: step 7: "));
        CHECK(lines.back().ends_with(", read: \r"));
      },
      {});
}

TEST_CASE("read_until: a reader that is killed leaves every byte in its text or in the stream") {
  auto scenario = []() -> task<> {
    auto [left, right] = testkit::memory_streams(3);
    std::string text;
    auto read = [&]() -> task<> { co_await right.read_until(text, "\r\n"); };
    auto write = [&]() -> task<> {
      co_await left.write_all("a longer line\r\n");
      left.shutdown_write();
    };
    auto body = [&](weft::task_group& group) -> task<> {
      group.spawn(write);
      auto options = weft::spawn_options{"reader"};
      auto reader = co_await group.spawn(options, read);
      co_await reader.join();
      const std::size_t end = co_await right.read_until(text, "\r\n");
      if (text.substr(0, end) != "a longer line\r\n") throw std::logic_error("lost: only " + text);
    };
    co_await weft::scope(body);
  };
  CHECK(testkit::cancel_at_every_suspension(scenario, {.task = "reader"}) > 3);
  testkit::for_each_seed(100, scenario);
}

}  // namespace

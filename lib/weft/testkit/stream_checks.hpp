#pragma once

#include <weft/core/handle.hpp>
#include <weft/core/sleep.hpp>
#include <weft/core/task.hpp>
#include <weft/core/task_group.hpp>
#include <weft/testkit/failure.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::testkit::detail {

/// Throws test_failure where `holds` is false.
inline void demand(bool holds, const char* what) {
  if (!holds) throw test_failure(what);
}

/// Bytes that tell their place.
[[nodiscard]] std::string stream_pattern(std::size_t size, unsigned seed);

template <class Stream>
concept has_half_close = requires(Stream& stream) { stream.shutdown_write(); };

/// The rules that check_stream() checks, each on a pair of its own.
template <class Near, class Far>
struct stream_checks {
  struct rule {
    std::string_view name;
    task<> (*check)(Near&, Far&, task_group&);
  };

  /// Ends one direction.
  template <class Stream>
  static task<> end_writing(Stream& stream) {
    if constexpr (has_half_close<Stream>) {
      stream.shutdown_write();
      co_return;
    } else {
      co_await stream.shutdown();
    }
  }
  /// Whether reading a byte fails.
  template <class Stream>
  static task<bool> reading_fails(Stream& stream) {
    try {
      co_await read_text(stream, 1);
    } catch (const boost::system::system_error&) {
      co_return true;
    }
    co_return false;
  }
  template <class Stream>
  static task<std::string> read_to_end(Stream& stream) {
    std::string all;
    std::string buffer(10'000, ' ');
    for (;;) {
      const std::size_t got = co_await stream.read_some(buffer);
      if (got == 0) co_return all;
      all.append(buffer, 0, got);
    }
  }
  template <class Stream>
  static task<> write_text(Stream& stream, std::string text) {
    co_await stream.write_all(text);
  }
  template <class Stream>
  static task<std::string> read_text(Stream& stream, std::size_t size) {
    std::string text(size, ' ');
    co_await stream.read_exactly(text);
    co_return text;
  }
  /// Lets what has begun come to where it waits.
  static task<> settle() {
    for (int i = 0; i < 20; ++i) co_await sleep(std::chrono::milliseconds(1));
  }

  static task<> carries_bytes_in_order(Near& near, Far& far, task_group&) {
    co_await near.write_all("one");
    co_await near.write_all("two");
    const std::string there = co_await read_text(far, 6);
    demand(there == "onetwo", "what was read is not what was written");
    co_await far.write_all("back");
    const std::string back = co_await read_text(near, 4);
    demand(back == "back", "what was read is not what was written, on the way back");
  }
  static task<> carries_much_both_ways(Near& near, Far& far, task_group& group) {
    const std::string there = stream_pattern(1'000'000, 1);
    const std::string back = stream_pattern(700'000, 2);
    auto writing = co_await group.spawn(write_text<Near>, std::ref(near), there);
    auto answering = co_await group.spawn(write_text<Far>, std::ref(far), back);
    auto reading = co_await group.spawn(read_text<Near>, std::ref(near), back.size());
    const std::string got = co_await read_text(far, there.size());
    demand(got == there, "a million bytes did not arrive as they were");
    const std::string got_back = co_await reading;
    demand(got_back == back, "bytes beside them did not arrive as they were");
    co_await writing;
    co_await answering;
  }
  static task<> empty_buffers_are_no_end(Near& near, Far& far, task_group&) {
    std::array<char, 0> nothing{};
    co_await near.write_all("x");
    const std::size_t got = co_await far.read_some(nothing);
    demand(got == 0, "an empty buffer was filled");
    co_await near.write_all("");
    const std::string text = co_await read_text(far, 1);
    demand(text == "x", "a byte was lost beside an empty buffer");
  }
  static task<> ends_with_zero(Near& near, Far& far, task_group& group) {
    co_await near.write_all("last words");
    const auto ending = co_await group.spawn(end_writing<Near>, std::ref(near));
    const std::string all = co_await read_to_end(far);
    demand(all == "last words", "bytes before the end were lost");
    std::array<char, 1> one{};
    const std::size_t again = co_await far.read_some(one);
    demand(again == 0, "the end was told once only");
    far.close();
    co_await ending.join();
  }
  static task<> half_close_leaves_the_other_way(Near& near, Far& far, task_group&) {
    if constexpr (has_half_close<Near>) {
      co_await end_writing(near);
      const std::string all = co_await read_to_end(far);
      demand(all.empty(), "bytes came from nowhere");
      co_await far.write_all("still here");
      const std::string text = co_await read_text(near, 10);
      demand(text == "still here", "the other direction was closed too");
    }
    co_return;
  }
  static task<> read_exactly_needs_all(Near& near, Far& far, task_group& group) {
    co_await near.write_all("short");
    const auto ending = co_await group.spawn(end_writing<Near>, std::ref(near));
    boost::system::error_code told;
    try {
      co_await read_text(far, 6);
    } catch (const boost::system::system_error& error) {
      told = error.code();
    }
    demand(told == boost::asio::error::eof, "read_exactly() did not say that the stream ended");
    far.close();
    co_await ending.join();
  }
  static task<> read_until_finds_lines(Near& near, Far& far, task_group& group) {
    co_await near.write_all("one\r\ntwo\r\nrest");
    const auto ending = co_await group.spawn(end_writing<Near>, std::ref(near));
    std::string text;
    const std::size_t first = co_await far.read_until(text, "\r\n");
    demand(text.substr(0, first) == "one\r\n", "read_until() did not find the first line");
    text.erase(0, first);
    const std::size_t second = co_await far.read_until(text, "\r\n");
    demand(text.substr(0, second) == "two\r\n", "read_until() did not find the second line");
    text.erase(0, second);
    boost::system::error_code told;
    try {
      co_await far.read_until(text, "\r\n");
    } catch (const boost::system::system_error& error) {
      told = error.code();
    }
    demand(told == boost::asio::error::eof && text == "rest",
           "read_until() did not say that the stream ended in a line");
    far.close();
    co_await ending.join();
  }
  static task<> read_until_has_a_limit(Near& near, Far& far, task_group&) {
    co_await near.write_all(std::string(100, 'x'));
    std::string text;
    bool refused = false;
    try {
      co_await far.read_until(text, "\n", 50);
    } catch (const boost::system::system_error& error) {
      refused = error.code() == boost::system::errc::message_size;
    }
    demand(refused, "read_until() did not hold its limit");
  }
  static task<> killed_reads_lose_nothing(Near& near, Far& far, task_group& group) {
    auto reading = co_await group.spawn(read_text<Far>, std::ref(far), std::size_t{1});
    co_await settle();
    co_await reading.kill_join("check");
    demand(reading.killed(), "a read that waits cannot be killed");
    co_await near.write_all("kept");
    const std::string text = co_await read_text(far, 4);
    demand(text == "kept", "bytes were lost to a killed read");
  }
  static task<> writers_wait_for_readers(Near& near, Far& far, task_group& group) {
    auto writing = co_await group.spawn(write_text<Near>, std::ref(near), std::string(32 << 20, 'x'));
    co_await settle();
    demand(!writing.ready(), "32 MiB were taken though no one reads");
    co_await writing.kill_join("check");
    demand(writing.killed(), "a write that waits cannot be killed");
    far.close();
  }
  static task<> close_ends_what_waits(Near& near, Far& far, task_group& group) {
    auto reading = co_await group.spawn(reading_fails<Near>, std::ref(near));
    co_await settle();
    near.close();
    near.close();
    demand(!near.is_open() && far.is_open(), "is_open() does not tell who was closed");
    const bool failed = co_await reading;
    demand(failed, "a read did not end with an error when its own end was closed");
  }
  static task<> writing_to_no_one_fails(Near& near, Far& far, task_group&) {
    far.close();
    bool failed = false;
    try {
      for (int i = 0; i < 1000; ++i) {
        co_await near.write_all(std::string(10'000, 'x'));
        co_await yield();
      }
    } catch (const std::exception&) {
      failed = true;
    }
    demand(failed, "ten million bytes were written to an end that is closed");
  }

  static constexpr std::array<rule, 12> rules = {{
      {"bytes arrive whole and in order", carries_bytes_in_order},
      {"many bytes arrive both ways at once", carries_much_both_ways},
      {"an empty buffer is no end", empty_buffers_are_no_end},
      {"the end of the stream is 0, as often as it is read", ends_with_zero},
      {"a half-closed stream goes on the other way", half_close_leaves_the_other_way},
      {"read_exactly fills its buffer or says that the stream ended", read_exactly_needs_all},
      {"read_until finds lines, keeps the rest, and says where the stream ended", read_until_finds_lines},
      {"read_until has a limit", read_until_has_a_limit},
      {"a killed read loses nothing", killed_reads_lose_nothing},
      {"a writer waits for a slow reader and can be killed", writers_wait_for_readers},
      {"close() is idempotent and ends what waits", close_ends_what_waits},
      {"writing to an end that is gone fails", writing_to_no_one_fails},
  }};
};

}  // namespace weft::testkit::detail

#include <doctest/doctest.h>

#include "chat/secure/packet.hpp"
#include "chat/secure/reliable_receiver.hpp"
#include "chat/secure/reliable_sender.hpp"
#include "chat/secure/replay_window.hpp"

using namespace std::chrono_literals;
using namespace weft::chat_app;
using namespace weft::chat_app::secure;

TEST_CASE("replay window: each counter once, in any order, not too late") {
  replay_window window;
  for (const std::uint64_t counter : {5U, 3U, 4U, 0U}) {
    CHECK(window.is_fresh(counter));
    window.take(counter);
    CHECK(!window.is_fresh(counter));
  }
  CHECK(window.is_fresh(1));
  window.take(5000);
  CHECK(!window.is_fresh(1));
  CHECK(!window.is_fresh(5000 - replay_window::size));
  CHECK(window.is_fresh(5001 - replay_window::size));
  CHECK(window.is_fresh(4999));
  window.take(4999);
  CHECK(!window.is_fresh(4999));
  window.take(5000 + 2 * replay_window::size);
  CHECK(!window.is_fresh(5000));
  CHECK(window.is_fresh(4999 + 2 * replay_window::size));
}

TEST_CASE("reliable: a fragment that later ones overtake is sent again at once") {
  reliable_sender sender;
  const weft::time_point start{1h};
  for (message_id id = 1; id <= 5; ++id) sender.add(id, "x");
  auto now = start;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(sender.next(now));
    now += 1ms;
  }
  CHECK(!sender.next(now));
  CHECK(sender.acknowledge(0, 0b0001, now + 10ms).empty());
  CHECK(sender.acknowledge(0, 0b0011, now + 11ms).empty());
  CHECK(!sender.next(now + 11ms));
  CHECK(sender.acknowledge(0, 0b0111, now + 12ms).empty());
  const auto again = sender.next(now + 12ms);
  REQUIRE(again);
  CHECK(again->number == 0);
  CHECK(sender.acknowledge(5, 0, now + 20ms) == std::vector<message_id>{1, 2, 3, 4, 5});
  CHECK(sender.is_empty());
  CHECK(sender.deadline() == weft::time_point::max());
}

TEST_CASE("reliable: without an answer the time-out doubles, up to three seconds") {
  reliable_sender sender;
  const weft::time_point start{1h};
  sender.add(1, "x");
  REQUIRE(sender.next(start));
  CHECK(sender.deadline() == start + 1s);
  CHECK(!sender.next(start + 999ms));
  REQUIRE(sender.next(start + 1s));
  CHECK(sender.deadline() == start + 3s);
  REQUIRE(sender.next(start + 3s));
  CHECK(sender.deadline() == start + 6s);
}

TEST_CASE("reliable: fragments make messages in any order, each once") {
  reliable_receiver receiver;
  receiver.begin(1, 10);
  CHECK(receiver.take(12, true, "c").empty());
  CHECK(receiver.take(11, false, "b").empty());
  CHECK(receiver.take(9, true, "old").empty());
  CHECK(receiver.first_missing() == 10);
  CHECK(receiver.beyond() == 0b11);
  CHECK(receiver.take(10, true, "a") == std::vector<std::string>{"a", "bc"});
  CHECK(receiver.take(10, true, "a").empty());
  CHECK(receiver.take(13 + reliable_receiver::max_ahead + 1, true, "far").empty());
  CHECK(receiver.beyond() == 0);
}

TEST_CASE("reliable: a message without end is given up") {
  reliable_receiver receiver;
  receiver.begin(1, 0);
  const std::string part(1024, 'x');
  for (std::uint64_t i = 0; i < 1000; ++i) CHECK(receiver.take(i, false, part).empty());
  CHECK(receiver.is_broken());
  CHECK(receiver.first_missing() < 300);
}

TEST_CASE("packet: frames are read as they were written, and nothing else") {
  std::string bytes;
  put_frame(bytes, {.type = frame_type::fragment, .number = 7, .is_last = true, .text = "hello"});
  put_frame(bytes, {.type = frame_type::ack, .number = 9, .beyond = 5});
  put_frame(bytes, {.type = frame_type::name, .text = "ann", .away = "lunch"});
  put_frame(bytes, {.type = frame_type::introduction, .number = 1, .beyond = 2, .text = "bob"});
  put_frame(bytes, {.type = frame_type::ping});
  const auto frames = parse_frames(bytes);
  REQUIRE(frames);
  REQUIRE(frames->size() == 5);
  CHECK((*frames)[0].text == "hello");
  CHECK((*frames)[0].is_last);
  CHECK((*frames)[1].beyond == 5);
  CHECK((*frames)[2].away == "lunch");
  CHECK((*frames)[3].text == "bob");
  bytes.pop_back();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto part = parse_frames(std::string_view(bytes).substr(0, size));
    if (part) CHECK(part->size() < 4);
  }
  CHECK(!parse_frames(std::string(1, '\0')));
  CHECK(!parse_frames("\x09"));
}

#include "chat/ipmsg/folder_stream.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_literals;
using namespace weft::chat_app::ipmsg;

namespace {

using kind = folder_entry::kind;
using step_kind = folder_reader::step::kind;
using words = std::vector<std::string>;

std::string entry(kind what, const std::string& name, const std::string& content = {}) {
  return entry_bytes({what, name, content.size(), 0x65f00000}) + content;
}

const std::string leave = entry_bytes({kind::leave});

std::string in_folder(const std::string& rest) { return entry(kind::folder, "top") + rest; }

/// With a header of the right length in front of `fields`.
std::string header(const std::string& fields) {
  const char* digits = "0123456789abcdef";
  const auto size = fields.size() + 5;
  std::string length;
  for (int shift = 12; shift >= 0; shift -= 4) length += digits[(size >> shift) & 0xf];
  return length + ":" + fields;
}

/// What the reader says to do, the bytes put together.
words steps_of(folder_reader& reader, std::string_view input) {
  words all;
  for (;;) {
    const auto step = reader.next(input);
    switch (step.what) {
      case step_kind::more: return all;
      case step_kind::end: all.emplace_back("end"); return all;
      case step_kind::enter: all.push_back("enter " + step.name); break;
      case step_kind::leave: all.emplace_back("leave"); break;
      case step_kind::file: all.push_back("file " + step.name + "="); break;
      case step_kind::data: all.back() += step.bytes; break;
    }
  }
}

words steps_of(const std::string& stream, folder_limits limits = {}) {
  folder_reader reader(limits);
  return steps_of(reader, stream);
}

const std::string tree =
    in_folder(entry(kind::file, "a: b", "content") + entry(kind::folder, "größe") + entry(kind::file, "empty") +
              entry(kind::folder, "nothing") + leave + leave + entry(kind::file, "::", "0009:x:0:3:")) +
    leave;
const words tree_steps{"file a: b=content",   "enter größe", "file empty=", "enter nothing", "leave", "leave",
                       "file ::=0009:x:0:3:", "end"};

bool is_refused(const std::string& stream) {
  try {
    steps_of(stream);
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("folder stream: a header is as IP Messenger has it") {
  CHECK(entry_bytes({kind::file, "a:b", 26, 0x65f00000}) == "0027:a::b:1a:1:14=65f00000:16=65f00000:");
  CHECK(entry_bytes({kind::folder, "photos"}).ends_with(":photos:0:2:14=0:16=0:"));
  CHECK(leave == "0015:.:0:3:14=0:16=0:");
}

TEST_CASE("folder stream: what iptux sends is read") {
  const auto first = header("pics:000000000:2:14=65f00000:16=65f00000:");
  const auto file = header("a::b:000000003:1:14=65f00000:16=65f00000:") + "abc";
  CHECK(steps_of(first + file + header(".:0:3:14=65f00000:16=65f00000:")) == words{"file a:b=abc", "end"});
}

TEST_CASE("folder stream: headers without times, with flags and of other kinds are read, links and devices left out") {
  const auto stream = header("top:0:2:") + header("hidden:1:1001:") + "x" + header("link:5:4:") + "ab:cd" +
                      header("f:0:1") + header(".:0:3");
  CHECK(steps_of(stream) == words{"file hidden=x", "file f=", "end"});
}

TEST_CASE("folder stream: what is written is read, however it is cut") {
  CHECK(steps_of(tree) == tree_steps);
  for (std::size_t cut = 0; cut <= tree.size(); ++cut) {
    folder_reader reader({});
    auto all = steps_of(reader, tree.substr(0, cut));
    const bool is_complete = !all.empty() && all.back() == "end";
    CHECK(is_complete == (cut == tree.size()));
    std::string rest = tree.substr(cut);
    for (const char& byte : rest) {
      std::string_view input(&byte, 1);
      const auto step = reader.next(input);
      CHECK(input.empty());
      if (step.what == step_kind::end) all.emplace_back("end");
    }
    CHECK(all.back() == "end");
    CHECK(reader.totals().files == 3);
    CHECK(reader.totals().bytes == 18);
  }
}

TEST_CASE("folder stream: what follows the end does not matter") {
  CHECK(steps_of(tree + "zzzz:rubbish") == tree_steps);
}

TEST_CASE("folder stream: names that lead out of the folder are refused") {
  for (const auto& name : words{"..", ".", "", "/etc/passwd", "../x", "a/b", "a\0b"s, "a/", "\0"s}) {
    CHECK(is_refused(in_folder(header(name + ":0:1:"))));
    CHECK(is_refused(in_folder(header(name + ":0:2:"))));
    CHECK(is_refused(header(name + ":0:2:")));
  }
  CHECK(is_refused(in_folder(entry(kind::file, std::string(256, 'a')))));
  CHECK(!is_refused(in_folder(entry(kind::file, std::string(255, ':')))));
  // 255 bytes that are more in UTF-8.
  const std::string old_encoding(200, '\xe9');
  CHECK(is_refused(in_folder(entry(kind::file, old_encoding))));
}

TEST_CASE("folder stream: names have nothing in them that drives a terminal") {
  const auto steps = steps_of(in_folder(entry(kind::file, "a\x1b[2J\n\x7f\xc2\x9b\xe2\x80\xae!")));
  CHECK(steps == words{"file a_[2J____!="});
}

TEST_CASE("folder stream: headers of no sane length, and with numbers that are none, are refused") {
  for (const auto* text : {":", "x", "0000:", "0005:", "0004:a:0:1:", "ffff:a:0:1:", "fffffffff",
                           "000000000001:", "-001:a:0:1:", "0x0b:a:0:1:", " 00b:a:0:1:", "0801:"}) {
    CHECK(is_refused(in_folder(text)));
  }
  for (const auto* fields :
       {"", "a", "a:", "a:0", "a:0:", "a:x:1:", "a:-1:1:", "a:10000000000000000:1:", "a:0:x:", "a:0:100000000:"}) {
    CHECK(is_refused(in_folder(header(fields))));
  }
}

TEST_CASE("folder stream: it begins with a folder") {
  CHECK(is_refused(entry(kind::file, "a")));
  CHECK(is_refused(leave));
  CHECK(is_refused(header("a:0:4:")));
}

TEST_CASE("folder stream: depth, entries and bytes are bounded before anything is stored") {
  const folder_limits limits{.depth = 3, .entries = 5, .bytes = 10};
  const auto folder = entry(kind::folder, "f");
  CHECK(steps_of(in_folder(folder + folder), limits).size() == 2);
  CHECK_THROWS_AS(steps_of(in_folder(folder + folder + folder), limits), std::runtime_error);
  const auto pair = folder + leave;
  CHECK(steps_of(in_folder(pair + pair + pair + pair), limits).size() == 8);
  CHECK_THROWS_AS(steps_of(in_folder(pair + pair + pair + pair + pair), limits), std::runtime_error);
  CHECK(steps_of(in_folder(entry(kind::file, "a", "12345") + entry(kind::file, "b", "12345")), limits).size() == 2);
  CHECK_THROWS_AS(steps_of(in_folder(header("a:b:1:")), limits), std::runtime_error);
  CHECK_THROWS_AS(steps_of(in_folder(header("a:b:4:")), limits), std::runtime_error);
  CHECK_THROWS_AS(steps_of(in_folder(entry(kind::file, "a", "1") + header("b:ffffffffffffffff:1:")), limits),
                  std::runtime_error);
}

TEST_CASE("folder stream: a folder may have grown a little since it was offered") {
  CHECK(limits_for(8 << 20).bytes == (9 << 20) + (1 << 20));
  CHECK(limits_for(0).bytes == std::uint64_t{4} << 30);
  CHECK(limits_for(UINT64_MAX).bytes > UINT64_MAX / 2);
}

TEST_CASE("folder stream: random and damaged streams are refused or read, and lead nowhere") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string stream = round % 4 == 0 ? std::string() : tree;
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      const auto at = stream.empty() ? 0 : random() % stream.size();
      if (random() % 2 == 0 && !stream.empty()) stream[at] = static_cast<char>(random());
      if (random() % 3 == 0) stream.insert(at, 1 + random() % 8, static_cast<char>(random()));
      if (random() % 3 == 0) stream.erase(at, random() % 8);
    }
    folder_reader reader({.depth = 4, .entries = 20, .bytes = 1000});
    int depth = 0;
    try {
      std::string_view input = stream;
      for (auto step = reader.next(input); step.what != step_kind::more && step.what != step_kind::end;
           step = reader.next(input)) {
        if (step.what == step_kind::enter) ++depth;
        if (step.what == step_kind::leave) --depth;
        REQUIRE(depth >= 0);
        REQUIRE(depth < 4);
        if (step.what != step_kind::enter && step.what != step_kind::file) continue;
        REQUIRE(step.name.find('/') == std::string::npos);
        REQUIRE(step.name.find('\0') == std::string::npos);
        REQUIRE(step.name != "..");
        REQUIRE(step.name != ".");
        REQUIRE(!step.name.empty());
        REQUIRE(step.name.size() <= 255);
      }
    } catch (const std::runtime_error& error) {
      REQUIRE(std::string_view(error.what()).starts_with("the peer sends "));
    }
  }
}

#include "get/safe_name.hpp"

#include <doctest/doctest.h>

#include <random>

#include <weft/base/text.hpp>

using namespace weft::get_app;

namespace {

std::string repeated(std::size_t count, char letter, std::string_view end) {
  std::string text(count, letter);
  text += end;
  return text;
}

}  // namespace

TEST_CASE("safe_name: an ordinary name stays as it is") {
  CHECK(safe_name("photo.jpg") == "photo.jpg");
  CHECK(safe_name("Ü写真 (1).tar.gz") == "Ü写真 (1).tar.gz");
}

TEST_CASE("safe_name: what follows the last slash or backslash counts, also when encoded") {
  CHECK(safe_name("../../etc/passwd") == "passwd");
  CHECK(safe_name("..%2f..%2fpwn.txt") == "pwn.txt");
  CHECK(safe_name("..%5C..%5Cpwn.txt") == "pwn.txt");
  CHECK(safe_name("C:\\windows\\x.ini") == "x.ini");
  CHECK(safe_name("a/") == "download");
}

TEST_CASE("safe_name: percent signs are decoded once") {
  CHECK(safe_name("a%20b.jpg") == "a b.jpg");
  CHECK(safe_name("a%252fb") == "a%2fb");
  CHECK(safe_name("100%") == "100%");
  CHECK(safe_name("a%zz%4") == "a%zz%4");
}

TEST_CASE("safe_name: hidden, special and empty names never come out") {
  CHECK(safe_name(".bashrc") == "bashrc");
  CHECK(safe_name("..") == "download");
  CHECK(safe_name("...", "image") == "image");
  CHECK(safe_name("") == "download");
  CHECK(safe_name(" . x . ") == "x");
  CHECK(safe_name("-rf") == "_rf");
  CHECK(safe_name("~root") == "_root");
}

TEST_CASE("safe_name: controls and bidirectional characters are dropped") {
  CHECK(safe_name("a%00b%0d%0a%1b.jpg") == "ab.jpg");
  CHECK(safe_name("a%E2%80%AEgpj.exe") == "agpj.exe");
  CHECK(safe_name("a%c2%9b.jpg") == "a.jpg");
  CHECK(safe_name("%e2%80%8b.x") == "x");
}

TEST_CASE("safe_name: broken UTF-8 becomes underscores") { CHECK(safe_name("a%ff%c3.jpg") == "a__.jpg"); }

TEST_CASE("safe_name: device names of other systems are defused") {
  CHECK(safe_name("con") == "_con");
  CHECK(safe_name("NUL.txt") == "_NUL.txt");
  CHECK(safe_name("com1.jpg") == "_com1.jpg");
  CHECK(safe_name("aux .jpg") == "_aux .jpg");
  CHECK(safe_name("compass.jpg") == "compass.jpg");
  CHECK(safe_name("com10") == "com10");
}

TEST_CASE("safe_name: a long name is cut in front of its extension on a character boundary") {
  const auto ascii = safe_name(repeated(400, 'a', ".jpeg"));
  CHECK(ascii.size() == max_name_bytes);
  CHECK(ascii.ends_with("a.jpeg"));
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "写";
  const auto cut = safe_name(wide + ".png");
  CHECK(cut.size() <= max_name_bytes);
  CHECK(cut.ends_with("写.png"));
  CHECK(weft::is_utf8(cut));
  CHECK(safe_name(repeated(400, '.', repeated(400, 'x', ""))).size() == max_name_bytes);
}

TEST_CASE("safe_name: for any bytes the result is one harmless name, and stable") {
  std::minstd_rand random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    const auto size = random() % 40;
    for (unsigned i = 0; i < size; ++i) bytes += "./\\%2f\0ab~-\xc3\xa9 \x1b"[random() % 16];
    const auto name = safe_name(bytes);
    REQUIRE(!name.empty());
    REQUIRE(name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos);
    REQUIRE(name.front() != '.');
    REQUIRE(name.front() != '-');
    REQUIRE(name.size() <= max_name_bytes);
    REQUIRE(weft::is_utf8(name));
  }
}

TEST_CASE("name_from_url: the last segment of the path, without query and fragment") {
  CHECK(name_from_url("https://example.org/a/b.jpg?size=/x/1.png#frag/y") == "b.jpg");
  CHECK(name_from_url("https://example.org/a%20b.jpg") == "a b.jpg");
  CHECK(name_from_url("https://example.org/") == "index.html");
  CHECK(name_from_url("https://example.org") == "index.html");
  CHECK(name_from_url("https://example.org?q=a/b") == "index.html");
  CHECK(name_from_url("https://example.org/photos/") == "index.html");
  CHECK(name_from_url("https://example.org/..%2f..%2f.ssh%2fid") == "id");
  CHECK(name_from_url("https://example.org/%2e%2e") == "download");
}

TEST_CASE("numbered_name: the number goes in front of the extension") {
  CHECK(numbered_name("a.jpg", 1) == "a.1.jpg");
  CHECK(numbered_name("a.tar.gz", 12) == "a.12.tar.gz");
  CHECK(numbered_name("README", 3) == "README.3");
  const auto longest = safe_name(repeated(300, 'a', ".jpg"));
  CHECK(numbered_name(longest, 1000000).size() == max_name_bytes);
  CHECK(numbered_name(longest, 1000000).ends_with(".1000000.jpg"));
}

#include "common/display_text.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace weft::app;

TEST_CASE("printable: plain text of any script stays") {
  CHECK(printable("photo one.jpg") == "photo one.jpg");
  CHECK(printable("Überraschung 写真 🎉") == "Überraschung 写真 🎉");
  CHECK(printable("e\u0301") == "e\u0301");
}

TEST_CASE("printable: what could steer the terminal becomes visible") {
  CHECK(printable("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(printable("a\r\n\tb") == "a\\x0d\\x0a\\x09b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\u009b1m") == "\\xc2\\x9b1m");
  CHECK(printable("\x9b"
                  "1m") == "\\x9b1m");
  CHECK(printable("a\u202egpj.exe") == "a\\xe2\\x80\\xaegpj.exe");
  CHECK(printable("a\u200bb") == "a\\xe2\\x80\\x8bb");
  CHECK(printable("a\u2028b") == "a\\xe2\\x80\\xa8b");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("printable: a flood of combining marks is cut") {
  std::string flood = "a";
  for (int i = 0; i < 10; ++i) flood += "\u0301";
  const auto shown = printable(flood);
  CHECK(shown.substr(0, 9) == "a\u0301\u0301\u0301\u0301");
  CHECK(shown.substr(9).find("\u0301") == std::string::npos);
}

TEST_CASE("printable: whatever comes in, only printable characters come out") {
  std::minstd_rand random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) bytes += static_cast<char>(random() % 256);
    const auto shown = printable(bytes);
    for (const char c : shown) {
      const auto byte = static_cast<unsigned char>(c);
      REQUIRE(byte >= 0x20);
      REQUIRE(byte != 0x7f);
    }
    REQUIRE(printable(shown) == shown);
  }
}

TEST_CASE("display_width: wide characters count twice, marks not at all") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("写真") == 4);
  CHECK(display_width("e\u0301") == 1);
}

TEST_CASE("shortened: the end of a long name stays in sight") {
  CHECK(shortened("short.jpg", 9) == "short.jpg");
  CHECK(shortened("a-very-long-name.jpg", 11) == "a-ver…e.jpg");
  CHECK(shortened("abc", 1) == "…");
  CHECK(shortened("abc", 0) == "");
}

TEST_CASE("shortened, padded and clipped: never wider than asked") {
  const std::string text = "写真a写真b写e\u0301真c写真.jpg";
  for (std::size_t width = 0; width < 24; ++width) {
    CAPTURE(width);
    CHECK(display_width(shortened(text, width)) <= width);
    CHECK(display_width(clipped(text, width)) <= width);
    CHECK(display_width(padded(text, width)) == width);
  }
}

TEST_CASE("failure: a message is for people") {
  CHECK(plain_message("cannot open 'x': no such file [system:2]") == "cannot open 'x': no such file");
  CHECK(plain_message("cannot resolve 'x': no such host [weft.resolve:1]") == "cannot resolve 'x': no such host");
  CHECK(plain_message("cannot connect to [::1]") == "cannot connect to [::1]");
  CHECK(plain_message("plain [text]") == "plain [text]");
  CHECK(plain_message("") == "");
}

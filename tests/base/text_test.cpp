#include <weft/base/text.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using weft::escape;
using namespace std::string_view_literals;

TEST_CASE("escape: keeps ordinary text in any script") {
  for (const char* text : {"", "plain.jpg", "a b", "häßlich", "日本語", "emoji 🙂"}) CHECK(escape(text) == text);
}

TEST_CASE("escape: writes what could move the cursor or hide text as hexadecimal bytes") {
  CHECK(escape("\x1b[31mred"sv) == "\\x1b[31mred");
  CHECK(escape("a\0b\n\r\t\x7f"sv) == "a\\x00b\\x0a\\x0d\\x09\\x7f");
  CHECK(escape("\xc2\x9b"sv) == "\\xc2\\x9b");
  CHECK(escape("exe\xe2\x80\xaegpj"sv) == "exe\\xe2\\x80\\xaegpj");
  CHECK(escape("\xe2\x80\xa8|\xe2\x81\xa6"sv) == "\\xe2\\x80\\xa8|\\xe2\\x81\\xa6");
  CHECK(escape("a\\x41"sv) == "a\\\\x41");
}

TEST_CASE("escape: each byte of invalid UTF-8 is shown and the text goes on") {
  CHECK(escape("a\xff"
               "b"sv) == "a\\xffb");
  CHECK(escape("\xc0\xaf"sv) == "\\xc0\\xaf");
  CHECK(escape("\xed\xa0\x80"sv) == "\\xed\\xa0\\x80");
  CHECK(escape("\xe6\x97"sv) == "\\xe6\\x97");
  CHECK(escape("\xf4\x90\x80\x80"sv) == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("is_utf8: refuses overlong forms, surrogates and truncation") {
  CHECK(weft::is_utf8("日本語 ok"));
  CHECK_FALSE(weft::is_utf8("\xc0\xaf"sv));
  CHECK_FALSE(weft::is_utf8("\xed\xa0\x80"sv));
  CHECK_FALSE(weft::is_utf8("\xe6\x97"sv));
}

TEST_CASE("iequals and trim: ASCII only") {
  CHECK(weft::iequals("Content-Length", "content-LENGTH"));
  CHECK_FALSE(weft::iequals("a", "ab"));
  CHECK_FALSE(weft::iequals("[", "{"));
  CHECK(weft::trim(" \ta b\t ") == "a b");
  CHECK(weft::trim(" \t").empty());
}

}  // namespace

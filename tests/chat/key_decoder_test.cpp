#include "chat/key_decoder.hpp"

#include <doctest/doctest.h>

using namespace weft::chat_app;

namespace {

std::vector<key_press> keys_of(std::string_view bytes) {
  key_decoder decoder;
  std::vector<key_press> keys;
  decoder.feed(bytes, keys);
  return keys;
}

/// The same byte by byte.
std::vector<key_press> keys_piecewise(std::string_view bytes) {
  key_decoder decoder;
  std::vector<key_press> keys;
  for (const char& byte : bytes) decoder.feed({&byte, 1}, keys);
  return keys;
}

std::string text_of(const std::vector<key_press>& keys) {
  std::string text;
  for (const auto& pressed : keys) text += pressed.text;
  return text;
}

}  // namespace

TEST_CASE("keys: text arrives in whole characters, however it is cut") {
  CHECK(text_of(keys_of("aé写🎉b")) == "aé写🎉b");
  CHECK(text_of(keys_piecewise("aé写🎉b")) == "aé写🎉b");
  for (const auto& pressed : keys_piecewise("é写🎉")) CHECK(pressed.what == key::text);
  CHECK(keys_piecewise("é写🎉").size() == 3);
}

TEST_CASE("keys: controls and sequences are known") {
  const std::pair<const char*, key> known[] = {{"\r", key::enter},
                                               {"\x01", key::home},
                                               {"\x1b[A", key::up},
                                               {"\x1bOB", key::down},
                                               {"\x1b[1;5D", key::word_left},
                                               {"\x1b"
                                                "f",
                                                key::word_right},
                                               {"\x1b[3~", key::delete_next},
                                               {"\x7f", key::backspace},
                                               {"\x03", key::interrupt},
                                               {"\x1b\x7f", key::kill_word_left}};
  for (const auto& [bytes, what] : known) {
    CAPTURE(bytes);
    REQUIRE(keys_of(bytes).size() == 1);
    CHECK(keys_of(bytes).front().what == what);
    REQUIRE(keys_piecewise(bytes).size() == 1);
    CHECK(keys_piecewise(bytes).front().what == what);
  }
}

TEST_CASE("keys: what is not known leaves nothing behind") {
  CHECK(text_of(keys_of("a\x1b[38;5;1mb\x1b[?1;2c"
                        "c\x1bx"
                        "d")) == "abcd");
  CHECK(text_of(keys_piecewise("a\x1b[38;5;1mb\x1b[?1;2c"
                               "c\x1bx"
                               "d")) == "abcd");
  CHECK(text_of(keys_of("a\x1b[\x01"
                        "b")) == "ab");
}

TEST_CASE("keys: a sequence that is too long ends in the same place however it arrives") {
  const auto bytes = "\x1b[" + std::string(40, '1') + "mtext";
  CHECK(text_of(keys_of(bytes)) == text_of(keys_piecewise(bytes)));
  CHECK(text_of(keys_of(bytes)).ends_with("mtext"));
}

TEST_CASE("keys: what would not be shown does not come in") {
  CHECK(text_of(keys_of("a\u202e\xff\u009b"
                        "b")) == "ab");
}

TEST_CASE("keys: a lone escape is a key when nothing follows") {
  key_decoder decoder;
  std::vector<key_press> keys;
  decoder.feed("\x1b", keys);
  CHECK(keys.empty());
  CHECK(decoder.is_waiting());
  decoder.settle(keys);
  REQUIRE(keys.size() == 1);
  CHECK(keys.front().what == key::escape);
  CHECK(!decoder.is_waiting());
}

TEST_CASE("keys: a paste is one key, without its controls") {
  for (const auto& keys : {keys_of("\x1b[200~one\rtwo\x1b[31m\r\n\tthree\x1b[201~x"),
                           keys_piecewise("\x1b[200~one\rtwo\x1b[31m\r\n\tthree\x1b[201~x")}) {
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].what == key::paste);
    CHECK(keys[0].text == "one\ntwo[31m\n\tthree");
    CHECK(keys[1].text == "x");
  }
}

TEST_CASE("keys: an endless paste is cut") {
  key_decoder decoder;
  std::vector<key_press> keys;
  decoder.feed("\x1b[200~", keys);
  const std::string piece(65536, 'x');
  for (int i = 0; i < 8; ++i) decoder.feed(piece, keys);
  decoder.feed("\x1b[201~", keys);
  REQUIRE(keys.size() == 1);
  CHECK(keys.front().text.size() == key_decoder::max_paste);
}

#include <weft/http/chunked.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using weft::http::chunked_decoder;
using namespace std::string_view_literals;

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

/// Feeds the coded text in pieces of `piece` bytes into an output of `room` bytes at a time.
/// Gives "<body>|<rest that is no part of the message>", "<body>..." when it has not ended, "error" when refused.
std::string decode(std::string_view coded, std::size_t piece, std::size_t room) {
  chunked_decoder decoder;
  std::string body;
  std::vector<std::byte> output(room);
  std::size_t at = 0;
  try {
    while (at < coded.size() && !decoder.done()) {
      std::string_view input = coded.substr(at, piece);
      at += input.size();
      while (!input.empty() && !decoder.done()) {
        const auto [consumed, produced] = decoder.decode(as_bytes(input), output);
        body.append(reinterpret_cast<const char*>(output.data()), produced);
        input.remove_prefix(consumed);
        if (decoder.done()) at -= input.size();
      }
    }
  } catch (const weft::http::error& e) {
    CHECK(e.kind() == weft::http::error_kind::protocol_error);
    return "error";
  }
  return decoder.done() ? body + "|" + std::string(coded.substr(at)) : body + "...";
}

struct row {
  std::string_view coded;
  const char* expected;
};

const row rows[] = {
    {"0\r\n\r\n", "|"},
    {"5\r\nhello\r\n0\r\n\r\n", "hello|"},
    {"5\r\nhello\r\n6\r\n world\r\n000\r\n\r\nHTTP/1.1", "hello world|HTTP/1.1"},
    {"A\r\n0123456789\r\na;x=\"y;z\"\r\n0123456789\r\n0;last\r\n\r\n", "01234567890123456789|"},
    {"5 ;x\r\nhello\r\n0\r\n\r\n", "hello|"},
    {"5\r\nhello\r\n0\r\nTrailer: x\r\nContent-Length: 5\r\n\r\nz", "hello|z"},
    {"5\r\nhel", "hel..."},
    {"5\r\nhello\r\n", "hello..."},
    {"5\r\nhello\r\n0\r\n", "hello..."},
    {"5\r\nhello\r\n0\r\n\r", "hello..."},
    {"\r\n", "error"},
    {"g\r\n", "error"},
    {"-1\r\n", "error"},
    {"+5\r\nhello\r\n0\r\n\r\n", "error"},
    {"0x5\r\nhello\r\n0\r\n\r\n", "error"},
    {" 5\r\nhello\r\n0\r\n\r\n", "error"},
    {"5 \r\nhello\r\n0\r\n\r\n", "error"},
    {"5_0\r\n", "error"},
    {"1000000000000000\r\n", "error"},
    {"0000000000000005\r\nhello\r\n0\r\n\r\n", "error"},
    {"5\nhello\r\n0\r\n\r\n", "error"},
    {"5\r\nhello\n0\r\n\r\n", "error"},
    {"5\r\nhelloX\r\n0\r\n\r\n", "error"},
    {"5\r\nhell\r\n0\r\n\r\n", "error"},
    {"5\r\nhello0\r\n\r\n", "error"},
    {"5;a\nb\r\nhello\r\n0\r\n\r\n", "error"},
    {"5;a\rb\r\nhello\r\n0\r\n\r\n", "error"},
    {"5;a\0b\r\nhello\r\n0\r\n\r\n"sv, "error"},
    {"0\r\n\n", "error"},
    {"0\r\n\rX", "error"},
    {"0\r\nA: b\n\r\n", "error"},
    {"0\r\nA b: c\r\n\r\n", "error"},
    {"0\r\n: c\r\n\r\n", "error"},
    {"0\r\n A: c\r\n\r\n", "error"},
    {"0\r\nA: b\r\n c\r\n\r\n", "error"},
    {"0\r\nA: \x01\r\n\r\n", "error"},
};

TEST_CASE("chunked_decoder: bodies, in one piece") {
  for (const row& r : rows) {
    CAPTURE(std::string(r.coded));
    CHECK(decode(r.coded, r.coded.size(), 64) == r.expected);
  }
}

TEST_CASE("chunked_decoder: the result depends neither on how the input nor on how the output was split") {
  for (const row& r : rows) {
    CAPTURE(std::string(r.coded));
    for (std::size_t piece = 1; piece <= r.coded.size(); ++piece) {
      for (const std::size_t room : {1u, 2u, 3u, 7u, 64u}) CHECK(decode(r.coded, piece, room) == r.expected);
    }
  }
}

TEST_CASE("chunked_decoder: decodes in place") {
  std::string buffer = "5\r\nhello\r\n6;x\r\n world\r\n0\r\n\r\nrest";
  const auto bytes = std::as_writable_bytes(std::span<char>(buffer));
  chunked_decoder decoder;
  const auto [consumed, produced] = decoder.decode(bytes, bytes);
  CHECK(decoder.done());
  CHECK(buffer.substr(0, produced) == "hello world");
  CHECK(buffer.substr(consumed) == "rest");
}

TEST_CASE("chunked_decoder: extensions and trailers are bounded") {
  const std::string long_extension = "1;" + std::string(5000, 'x') + "\r\na\r\n";
  CHECK(decode(long_extension + "0\r\n\r\n", 1000, 64) == "error");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "1;" + std::string(2000, 'x') + "\r\na\r\n";
  CHECK(decode(many + "0\r\n\r\n", 1000, 64) == "error");
  std::string trailers = "0\r\n";
  for (int i = 0; i < 2000; ++i) trailers += "Name: value\r\n";
  CHECK(decode(trailers + "\r\n", 1000, 64) == "error");
}

}  // namespace

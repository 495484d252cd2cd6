#include <weft/http/coding.hpp>

#include <weft/http/error.hpp>

#include "gzip.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace weft::http;

/// Gives the decoded text, or the error's name.
std::string decode(std::string_view coded, content_coding coding, std::size_t piece, std::size_t room,
                   decode_limits limits = {}) {
  std::string text;
  try {
    body_decoder decoder(coding, limits);
    std::vector<std::byte> output(room);
    for (std::size_t at = 0; at < coded.size(); at += piece) {
      std::string_view input = coded.substr(at, piece);
      while (true) {
        const auto [consumed, produced] = decoder.decode(std::as_bytes(std::span(input.data(), input.size())), output);
        text.append(reinterpret_cast<const char*>(output.data()), produced);
        input.remove_prefix(consumed);
        if (input.empty() && produced < room) break;
      }
    }
    decoder.finish();
  } catch (const error& e) {
    return std::string(to_string(e.kind()));
  }
  return text;
}

const std::string sample = "the quick brown fox jumps over the lazy dog, the quick brown fox, the lazy dog";

TEST_CASE("body_decoder: gzip, zlib and raw deflate, split anywhere") {
  const std::string zeros(3000, 'z');
  for (const std::string& text : {sample, std::string("x"), std::string(), zeros}) {
    for (std::size_t piece = 1; piece < 40; ++piece) {
      for (const std::size_t room : {1u, 7u, 4096u}) {
        CHECK(decode(gzip(text), content_coding::gzip, piece, room) == text);
        CHECK(decode(compress(text, 15), content_coding::deflate, piece, room) == text);
        CHECK(decode(compress(text, -15), content_coding::deflate, piece, room) == text);
      }
    }
  }
}

TEST_CASE("body_decoder: several gzip members are one body and zero padding is no error") {
  const std::string two = gzip("hello ") + gzip("world");
  for (std::size_t piece = 1; piece <= two.size(); ++piece)
    CHECK(decode(two, content_coding::gzip, piece, 64) == "hello world");
  CHECK(decode(two + std::string(5, '\0'), content_coding::gzip, 3, 64) == "hello world");
}

TEST_CASE("body_decoder: damage is an error") {
  const std::string good = gzip(sample);
  for (std::size_t size = 1; size < good.size(); ++size) {
    CHECK(decode(good.substr(0, size), content_coding::gzip, 64, 64) == "decode_failed");
  }
  std::string bad_crc = good;
  bad_crc[bad_crc.size() - 6] ^= 1;
  CHECK(decode(bad_crc, content_coding::gzip, 64, 64) == "decode_failed");
  CHECK(decode(good + "junk", content_coding::gzip, 64, 64) == "decode_failed");
  CHECK(decode(good + std::string(2, '\0') + good, content_coding::gzip, 64, 64) == "decode_failed");
  CHECK(decode("<html>not compressed", content_coding::gzip, 64, 64) == "decode_failed");
  CHECK(decode("\xff\xff\xff\xff", content_coding::deflate, 64, 64) == "decode_failed");
  CHECK(decode(compress(sample, 15) + "x", content_coding::deflate, 64, 64) == "decode_failed");
}

TEST_CASE("body_decoder: an empty body is an empty text") { CHECK(decode("", content_coding::gzip, 1, 1).empty()); }

TEST_CASE("body_decoder: bombs are stopped by ratio and by size") {
  const std::string bomb = gzip(std::string(8 * 1024 * 1024, '\0'));
  CHECK(decode(bomb, content_coding::gzip, 4096, 65536) == "decode_bomb");
  CHECK(decode(bomb, content_coding::gzip, 4096, 65536, {.size = {}, .ratio = 2000}).size() == 8 * 1024 * 1024);
  CHECK(decode(gzip(sample), content_coding::gzip, 64, 16, {.size = 20}) == "decode_bomb");
}

TEST_CASE("find_coding: one known coding or none") {
  const auto find = [](std::initializer_list<const char*> values) {
    headers h;
    for (const char* v : values) h.add("Content-Encoding", v);
    return find_coding(h);
  };
  CHECK(find({}) == content_coding::identity);
  CHECK(find({"identity"}) == content_coding::identity);
  CHECK(find({""}) == content_coding::identity);
  CHECK(find({"GZip"}) == content_coding::gzip);
  CHECK(find({"x-gzip"}) == content_coding::gzip);
  CHECK(find({"deflate"}) == content_coding::deflate);
  CHECK(find({"br"}) == content_coding::unsupported);
  CHECK(find({"gzip, gzip"}) == content_coding::unsupported);
  CHECK(find({"gzip", "deflate"}) == content_coding::unsupported);
}

}  // namespace

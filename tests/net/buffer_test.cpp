#include <weft/net/buffer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace weft::net;

namespace {

std::size_t size_of_readable(const_bytes bytes) { return bytes.size(); }
std::size_t size_of_writable(mutable_bytes bytes) { return bytes.size(); }

}  // namespace

TEST_CASE("const_bytes: takes a literal without its zero, and everything else whole") {
  CHECK(size_of_readable("abc") == 3);
  CHECK(size_of_readable(std::string("abcd")) == 4);
  CHECK(size_of_readable(std::string_view("ab\0c", 4)) == 4);
  std::array<std::byte, 5> bytes{};
  CHECK(size_of_readable(bytes) == 5);
  CHECK(size_of_readable(std::span<const std::byte>(bytes).first(2)) == 2);
  const std::vector<unsigned char> octets(6);
  CHECK(size_of_readable(octets) == 6);
  char raw[7] = {};
  CHECK(size_of_readable(raw) == 7);
}

TEST_CASE("mutable_bytes: takes spans, arrays, strings and vectors of any byte type") {
  std::array<std::byte, 5> bytes{};
  CHECK(size_of_writable(bytes) == 5);
  CHECK(size_of_writable(std::span(bytes)) == 5);
  std::string text(3, 'x');
  CHECK(size_of_writable(text) == 3);
  CHECK(size_of_writable(std::span(text).subspan(1)) == 2);
  char raw[7] = {};
  CHECK(size_of_writable(raw) == 7);
  CHECK_FALSE(std::is_constructible_v<mutable_bytes, const std::string&>);
  CHECK_FALSE(std::is_constructible_v<mutable_bytes, std::string>);
}

#include "get/line_reader.hpp"

#include <doctest/doctest.h>

using weft::get_app::line_reader;
using weft::get_app::list_line;

namespace {

std::vector<list_line> read(std::string_view bytes, std::size_t piece) {
  line_reader reader;
  std::vector<list_line> lines;
  for (std::size_t i = 0; i < bytes.size(); i += piece) reader.feed(bytes.substr(i, piece), lines);
  reader.finish(lines);
  return lines;
}

}  // namespace

TEST_CASE("line_reader: the same lines for every way the bytes are cut") {
  constexpr std::string_view bytes =
      "\xef\xbb\xbfhttp://a/1\n\n# comment\r\n  http://a/2\t\r\n\r\nhttp://a/3#frag\nhttp://a/4";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    const auto lines = read(bytes, piece);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].text == "http://a/1");
    CHECK(lines[1].text == "http://a/2");
    CHECK(lines[1].number == 4);
    CHECK(lines[2].text == "http://a/3#frag");
    CHECK(lines[3].text == "http://a/4");
    CHECK(lines[3].number == 7);
  }
}

TEST_CASE("line_reader: a line too long is a fault of that line only") {
  std::string bytes(9000, 'x');
  bytes += "\nhttp://a/\n";
  bytes.append(line_reader::max_line_bytes, 'y');
  bytes += '\n';
  const auto lines = read(bytes, 1000);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].wrong == list_line::fault::too_long);
  CHECK(lines[0].text.size() == 60);
  CHECK(lines[1].wrong == list_line::fault::none);
  CHECK(lines[2].wrong == list_line::fault::none);
  CHECK(lines[2].text.size() == line_reader::max_line_bytes);
}

TEST_CASE("line_reader: a control character is a fault of its line") {
  const auto lines = read(std::string_view("http://a/\0b\nhttp://a/\x1b[2J\nhttp://a/c\n", 36), 5);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].wrong == list_line::fault::not_text);
  CHECK(lines[1].wrong == list_line::fault::not_text);
  CHECK(lines[2].wrong == list_line::fault::none);
}

TEST_CASE("line_reader: nothing in, nothing out") {
  CHECK(read("", 1).empty());
  CHECK(read("\n\n#\n \n", 3).empty());
}

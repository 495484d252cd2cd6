#include "common/live_block.hpp"

#include <doctest/doctest.h>

using weft::app::live_block;

TEST_CASE("live_block: a redraw goes up by the lines that are there") {
  live_block block;
  CHECK(block.draw({"one", "two"}, "", {80, 24}) == "\rone\x1b[K\ntwo\x1b[K\n\x1b[J");
  CHECK(block.draw({"three"}, "", {80, 24}) == "\r\x1b[2Athree\x1b[K\n\x1b[J");
  CHECK(block.erase({80, 24}) == "\r\x1b[1A\x1b[J");
  CHECK(block.erase({80, 24}).empty());
}

TEST_CASE("live_block: text above the block takes its place first") {
  live_block block;
  block.draw({"one"}, "", {80, 24});
  CHECK(block.draw({"one"}, "done a.jpg\n", {80, 24}) == "\r\x1b[1A\x1b[Jdone a.jpg\none\x1b[K\n\x1b[J");
}

TEST_CASE("live_block: lines that a narrower window has wrapped are counted as rows") {
  live_block block;
  block.draw({std::string(79, 'x'), "y"}, "", {80, 24});
  CHECK(block.erase({40, 24}) == "\r\x1b[3A\x1b[J");
}

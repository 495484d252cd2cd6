#include "common/text_cells.hpp"

#include <doctest/doctest.h>

using namespace weft::app;

TEST_CASE("cells: what a reader takes for one character is one cell") {
  CHECK(next_cell("ab").size == 1);
  CHECK(next_cell("e\u0301x").size == 3);
  CHECK(next_cell("e\u0301x").width == 1);
  CHECK(next_cell("\u5199\u771f").size == 3);
  CHECK(next_cell("\u5199\u771f").width == 2);
}

TEST_CASE("cells: emoji that are put together are two columns wide") {
  const std::string_view family = "\U0001f468\u200d\U0001f469\u200d\U0001f467";
  CHECK(next_cell(family).size == family.size());
  CHECK(next_cell(family).width == 2);
  CHECK(next_cell("\u2764\ufe0f").width == 2);
  CHECK(next_cell("\U0001f44b\U0001f3fd").width == 2);
  CHECK(next_cell("\U0001f1e9\U0001f1ea").width == 2);
  CHECK(next_cell("\U0001f1e9\U0001f1ea").size == 8);
  CHECK(next_cell("~\u200d\u0301").width == 1);
}

TEST_CASE("cells: broken UTF-8 is taken in maximal subparts of one column") {
  CHECK(next_cell("\xff").size == 1);
  CHECK(next_cell("\xe5\x86x").size == 2);
  CHECK(next_cell("\xf0\x9f\x98").size == 3);
  CHECK(next_cell("\xed\xa0\x80").size == 1);
  CHECK(next_cell("\xc0\xaf").size == 1);
  CHECK(next_cell("\xf5\x80").size == 1);
  CHECK(cells_width("\xff\xfe") == 2);
}

TEST_CASE("cells: the one before a place is found over marks") {
  const std::string_view text = "ae\u0301b";
  CHECK(previous_cell(text, text.size()) == 4);
  CHECK(previous_cell(text, 4) == 1);
  CHECK(previous_cell(text, 1) == 0);
  CHECK(previous_cell(text, 0) == 0);
}

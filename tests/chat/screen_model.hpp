#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/terminal.hpp"
#include "common/text_cells.hpp"

namespace weft::chat_app::testing {

/// A terminal as xterm behaves, as far as a chat needs one: anything else is a failure of the test.
class screen_model {
 public:
  explicit screen_model(app::terminal_size size) : size_(size), rows_(size.rows) {}

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes.front() == '\x1b') {
        bytes.remove_prefix(control(bytes));
      } else if (bytes.front() == '\r') {
        column_ = 0;
        bytes.remove_prefix(1);
      } else if (bytes.front() == '\n') {
        // The terminal driver makes CR LF of it.
        column_ = 0;
        line_feed();
        bytes.remove_prefix(1);
      } else {
        const auto cell = weft::app::next_cell(bytes);
        put(std::string(bytes.substr(0, cell.size)), cell.width);
        bytes.remove_prefix(cell.size);
      }
    }
  }

  /// The rows without the spaces at their ends; empty ones at the bottom are left out.
  std::vector<std::string> text() const {
    std::vector<std::string> out;
    for (const auto& row : rows_) {
      std::string line;
      for (const auto& cell : row) line += cell;
      while (line.ends_with(' ')) line.pop_back();
      out.push_back(line);
    }
    while (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }
  std::size_t row() const { return row_; }
  std::size_t column() const { return column_; }
  const std::vector<std::string>& scrolled_away() const { return scrolled_; }

 private:
  void line_feed() {
    if (row_ + 1 < size_.rows) {
      ++row_;
      return;
    }
    std::string line;
    for (const auto& cell : rows_.front()) line += cell;
    scrolled_.push_back(line);
    rows_.erase(rows_.begin());
    rows_.emplace_back();
  }

  void put(const std::string& cell, std::size_t width) {
    REQUIRE(static_cast<unsigned char>(cell.front()) >= 0x20);
    REQUIRE(cell.front() != 0x7f);
    if (column_ + width > size_.columns) {
      column_ = 0;
      line_feed();
    }
    auto& row = rows_[row_];
    while (row.size() < column_ + width) row.emplace_back(" ");
    row[column_] = cell;
    for (std::size_t i = 1; i < width; ++i) row[column_ + i].clear();
    column_ += width;
  }

  /// Gives the bytes of the sequence.
  std::size_t control(std::string_view bytes) {
    REQUIRE(bytes.size() >= 3);
    REQUIRE(bytes[1] == '[');
    std::size_t end = 2;
    while (end < bytes.size() && bytes[end] < 0x40) ++end;
    REQUIRE(end < bytes.size());
    const std::string number(bytes.substr(2, end - 2));
    const auto count = number.empty() ? std::size_t{1} : static_cast<std::size_t>(std::stoul(number));
    switch (bytes[end]) {
      case 'A': row_ -= std::min(row_, count); break;
      case 'B': row_ = std::min(size_.rows - 1, row_ + count); break;
      case 'G': column_ = std::min(size_.columns, count) - 1; break;
      case 'J':
        REQUIRE(number.empty());
        rows_[row_].resize(std::min(rows_[row_].size(), column_));
        for (std::size_t i = row_ + 1; i < rows_.size(); ++i) rows_[i].clear();
        break;
      case 'm': break;
      default: FAIL("unexpected sequence: ESC " << bytes.substr(1, end));
    }
    return end + 1;
  }

  app::terminal_size size_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> scrolled_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace weft::chat_app::testing

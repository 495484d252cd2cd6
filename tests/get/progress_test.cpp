#include "get/progress.hpp"

#include <doctest/doctest.h>

#include "common/display_text.hpp"

using namespace weft::get_app;
using namespace std::chrono_literals;
using weft::app::display_width;

namespace {

progress_state busy_state() {
  progress_state state;
  for (int i = 0; i < 30; ++i) {
    active_file file;
    file.name = "写真-" + std::to_string(i) + "-with-a-rather-long-name.jpg";
    file.received = 1000U * static_cast<unsigned>(i);
    if (i % 3 != 0) file.size = 29000;
    file.rate = 1.5e6;
    if (i % 5 == 0) file.note = "retry 2 in 13s";
    state.active.push_back(file);
  }
  state.finished = 100;
  state.failed = 3;
  state.expected = 1000;
  state.bytes = 123456789;
  state.finished_bytes = 100000000;
  state.rate = 2e6;
  return state;
}

}  // namespace

TEST_CASE("render: never wider or taller than the screen, whatever its size") {
  const auto state = busy_state();
  for (std::size_t columns = 1; columns <= 130; ++columns) {
    for (const std::size_t rows : {1U, 2U, 3U, 5U, 24U, 50U}) {
      CAPTURE(columns);
      CAPTURE(rows);
      const auto lines = render(state, {columns, rows});
      REQUIRE(lines.size() < std::max<std::size_t>(rows, 2));
      for (const auto& line : lines) REQUIRE(display_width(line) <= std::max<std::size_t>(1, columns - 1));
    }
  }
}

TEST_CASE("render: one line per file and the total below") {
  progress_state state;
  state.active.push_back({.name = "a.jpg", .received = 512, .size = 1024, .rate = 2048, .note = ""});
  state.finished = 4;
  state.expected = 5;
  state.bytes = 4608;
  state.rate = 2048;
  const auto lines = render(state, {80, 24});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "a.jpg                         [==========>         ]     512 B  50%   2.0 KiB/s");
  CHECK(lines[1] == "4/5 files  4.5 KiB  2.0 KiB/s  ETA 1s");
}

TEST_CASE("render: files without room are counted") {
  const auto lines = render(busy_state(), {100, 10});
  REQUIRE(lines.size() == 9);
  CHECK(lines.back().find("(+22 active)") != std::string::npos);
}

TEST_CASE("time_left: unknown while the list is open or nothing moves") {
  auto state = busy_state();
  CHECK(time_left(state).has_value());
  state.expected.reset();
  CHECK(!time_left(state));
  state = busy_state();
  state.rate = 0;
  CHECK(!time_left(state));
  state = busy_state();
  state.finished = 0;
  CHECK(!time_left(state));
}

TEST_CASE("time_left: sizes that are known are exact") {
  progress_state state;
  state.expected = 1;
  state.rate = 100;
  state.active.push_back({.name = "a", .received = 500, .size = 1500, .rate = 100, .note = ""});
  CHECK(time_left(state) == 10s);
}

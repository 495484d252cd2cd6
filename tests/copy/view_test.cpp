#include "copy/view.hpp"

#include <doctest/doctest.h>

#include "common/display_text.hpp"

using namespace std::chrono_literals;
using namespace weft::copy_app;

TEST_CASE("progress: what is not known yet is not shown") {
  copy_counts counts;
  counts.files = 3;
  counts.bytes = 2048;
  counts.expected_files = 10;
  counts.expected_bytes = 4096;
  CHECK(progress_line(counts, 1024, 79) == "3 files  2.0 KiB  1.0 KiB/s");
  counts.all_known = true;
  CHECK(progress_line(counts, 1024, 79) == "[==========>         ]  3/10 files  2.0 KiB  1.0 KiB/s  ETA 2s");
  counts.failed = 2;
  counts.bytes = 4096;
  CHECK(progress_line(counts, 0, 79) == "[====================]  3/10 files  4.0 KiB  0 B/s  2 failed");
}

TEST_CASE("progress: is never wider than the screen") {
  copy_counts counts;
  counts.all_known = true;
  counts.expected_bytes = counts.bytes = 1'000'000'000'000;
  for (std::size_t width = 1; width < 100; ++width)
    CHECK(weft::app::display_width(progress_line(counts, 1e9, width)) <= width);
}

TEST_CASE("summary: says what there is to say") {
  copy_counts counts;
  counts.files = 1;
  counts.bytes = 512;
  CHECK(summary_line(counts, 1500ms, false) == "1 file copied, 512 B in 1.5s");
  counts.files = 2;
  counts.up_to_date = 3;
  counts.lost = 1;
  counts.failed = 4;
  CHECK(summary_line(counts, 0s, false) ==
        "2 files copied, 512 B in 0.0s, 3 up to date, 1 attribute not kept, 4 failed");
  CHECK(summary_line(counts, 0s, true) == "2 files to copy, 512 B, 3 up to date, 1 attribute not kept, 4 failed");
}

#include "echo/latency_picture.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace weft::echo_app;

namespace {

std::vector<double> heights(const std::string& picture) {
  const std::string before = "points=\"";
  const auto begin = picture.find(before) + before.size();
  std::istringstream points(picture.substr(begin, picture.find('"', begin) - begin));
  std::vector<double> found;
  for (std::string point; points >> point;) found.push_back(std::stod(point.substr(point.find(',') + 1)));
  return found;
}

}  // namespace

TEST_CASE("log_ticks: enclose the range") {
  CHECK(log_ticks(3, 40) == std::vector<double>{2, 5, 10, 20, 50});
  CHECK(log_ticks(1, 10) == std::vector<double>{1, 2, 5, 10});
  CHECK(log_ticks(7, 7) == std::vector<double>{5, 10});
  CHECK(log_ticks(100, 100) == std::vector<double>{100, 200});
}

TEST_CASE("latency_picture: every time is within the frame and has a line beside it") {
  for (const std::int64_t least : {std::int64_t{0}, std::int64_t{42'000}, std::int64_t{9'000'000}}) {
    histogram latencies;
    latencies.add(least);
    for (std::int64_t i = 0; i < 10'000; ++i) latencies.add(9'000'000 + 1000 * i);
    const std::string picture = latency_picture("a title", latencies);
    CHECK(picture.find(">a title<") != std::string::npos);
    CHECK(picture.find(" µs<") != picture.rfind(" µs<"));
    const auto all = heights(picture);
    CHECK(all.size() > 100);
    for (const double y : all) {
      CHECK(y >= 50);
      CHECK(y <= 350);
    }
  }
}

TEST_CASE("latency_picture: a run without an answer has a picture too") {
  CHECK(heights(latency_picture("nothing", histogram())).size() > 100);
}

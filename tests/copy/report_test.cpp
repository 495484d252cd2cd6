#include "copy/report.hpp"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace weft::copy_app;

TEST_CASE("report: paths are joined as a reader would write them") {
  CHECK(join_path("", "a") == "a");
  CHECK(join_path(".", "a") == "a");
  CHECK(join_path("/", "a") == "/a");
  CHECK(join_path("dir", "a") == "dir/a");
  CHECK(join_path("dir/", "a") == "dir/a");
  CHECK(join_path("dir", "") == "dir");
}

TEST_CASE("report: a line of JSON has every key, null where there is nothing to say") {
  entry_report report;
  report.status = entry_status::copied;
  report.source = "a \"b\"\n";
  report.target = "t/a";
  report.bytes = 7;
  report.lost = {"user.x"};
  const auto line = boost::json::parse(json_line(report)).as_object();
  CHECK(line.at("path").as_string() == "a \"b\"\n");
  CHECK(line.at("target").as_string() == "t/a");
  CHECK(line.at("status").as_string() == "copied");
  CHECK(line.at("bytes").to_number<int>() == 7);
  CHECK(line.at("error").is_null());
  CHECK(line.at("sha256").is_null());
  CHECK(line.at("lost").as_array().at(0).as_string() == "user.x");
}

TEST_CASE("report: a name that is not UTF-8 is given in base64") {
  entry_report report;
  report.source = "caf\xe9";
  report.error = "it has vanished";
  const auto line = boost::json::parse(json_line(report)).as_object();
  CHECK(line.at("path").is_null());
  CHECK(line.at("path_base64").as_string() == "Y2Fm6Q==");
  CHECK(line.at("status").as_string() == "failed");
  CHECK(line.at("error").as_string() == "it has vanished");
}

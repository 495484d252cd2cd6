#include "get/report.hpp"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

using namespace weft::get_app;
using namespace std::chrono_literals;

TEST_CASE("json_line: one object on one line with the documented keys") {
  file_report report;
  report.number = 3;
  report.url = "https://example.org/a.jpg";
  report.status = outcome::ok;
  report.http_status = 200;
  report.path = "out/a.jpg";
  report.bytes = 12345;
  report.started = std::chrono::system_clock::time_point(1700000000500ms);
  report.total = 1250ms;
  const auto line = json_line(report);
  CHECK(line.find('\n') == std::string::npos);
  const auto value = boost::json::parse(line).as_object();
  CHECK(value.at("n") == 3);
  CHECK(value.at("status") == "ok");
  CHECK(value.at("http_status") == 200);
  CHECK(value.at("bytes") == 12345);
  CHECK(value.at("error").is_null());
  CHECK(value.at("t_start").as_double() == doctest::Approx(1700000000.5));
  CHECK(value.at("t_total").as_double() == doctest::Approx(1.25));
}

TEST_CASE("json_line: hostile text stays inside its string") {
  file_report report;
  report.url = "http://a/\"},{\n\x1b[2J\xff";
  report.message = std::string("nul \0 here", 10);
  const auto line = json_line(report);
  for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
  const auto value = boost::json::parse(line).as_object();
  CHECK(value.at("url") == "http://a/\"},{\n\x1b[2J\xef\xbf\xbd");
  CHECK(value.at("message").as_string().size() == 10);
}

TEST_CASE("without_credentials: what is in front of the last '@' of the authority goes") {
  CHECK(without_credentials("https://user:secret@example.org/a@b") == "https://example.org/a@b");
  CHECK(without_credentials("https://a@b@example.org") == "https://example.org");
  CHECK(without_credentials("user:secret@example.org/x") == "example.org/x");
  CHECK(without_credentials("https://example.org/?q=me@x") == "https://example.org/?q=me@x");
}

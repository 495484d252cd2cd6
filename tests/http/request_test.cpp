#include <weft/http/request.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using weft::http::request;
using weft::http::url;

TEST_CASE("request: query adds to what the address has") {
  CHECK(request("GET", "http://e").query("a", "1").query("b c", "=&").url().str() == "http://e/?a=1&b%20c=%3D%26");
  const request with_user = request("GET", "http://u:p@e/x?y#f").query("a", "1");
  CHECK(with_user.url().target() == "/x?y&a=1");
  CHECK(with_user.url().userinfo());
}

TEST_CASE("request: what would break the message is refused") {
  CHECK_THROWS_AS(request("GE T", "http://e"), weft::http::error);
  CHECK_THROWS_AS(request("", "http://e"), weft::http::error);
  CHECK_THROWS_AS(request("GET", "e"), weft::http::error);
  request asked("GET", "http://e");
  CHECK_THROWS_AS(asked.header("X", "a\r\nY: b"), weft::http::error);
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "TE", "Upgrade"}) {
    CHECK_THROWS_AS(asked.header(name, "1"), weft::http::error);
  }
}

TEST_CASE("request: redirects change the method as browsers do") {
  const auto after = [](const char* method, int status) {
    request asked = request(method, "http://e").header("Content-Type", "x").body("content");
    asked.redirect(url::parse("http://f"), status);
    CHECK(asked.url().str() == "http://f/");
    CHECK(asked.content().has_value() == asked.fields().contains("Content-Type"));
    return asked.method() + (asked.content() ? " with content" : "");
  };
  CHECK(after("POST", 301) == "GET");
  CHECK(after("POST", 302) == "GET");
  CHECK(after("POST", 303) == "GET");
  CHECK(after("POST", 307) == "POST with content");
  CHECK(after("POST", 308) == "POST with content");
  CHECK(after("PUT", 301) == "PUT with content");
  CHECK(after("PUT", 303) == "GET");
  CHECK(after("HEAD", 303) == "HEAD with content");
}

}  // namespace

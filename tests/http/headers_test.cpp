#include <weft/http/headers.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using weft::http::headers;

TEST_CASE("headers: keep order and repetitions, look up without case") {
  headers h;
  h.add("Accept", "a");
  h.add("X-One", " padded\t");
  h.add("accept", "b");
  CHECK(h.size() == 3);
  CHECK(h.get("ACCEPT") == "a");
  CHECK(h.get("x-one") == "padded");
  CHECK(h.joined("accept") == "a, b");
  CHECK(h.joined("none").empty());
  CHECK_FALSE(h.get("none"));
  std::string names;
  for (const auto& [name, value] : h) names += name;
  CHECK(names == "AcceptX-Oneaccept");
}

TEST_CASE("headers: set replaces, also with a value of its own, and remove removes all") {
  headers h;
  h.add("A", "1");
  h.add("B", "2");
  h.add("a", "3");
  h.set("A", h[2].value);
  CHECK(h.size() == 2);
  CHECK(h.get("a") == "3");
  h.remove("b");
  CHECK_FALSE(h.contains("B"));
  h.clear();
  CHECK(h.empty());
}

TEST_CASE("headers: nothing that could split a message is accepted") {
  headers h;
  for (const char* name : {"", "A B", "A:", "A\r\nB", "\xc3\xa9"}) CHECK_THROWS_AS(h.add(name, "x"), weft::http::error);
  for (const char* value : {"a\r\nB: c", "a\nb", "\x01", "\x7f"}) CHECK_THROWS_AS(h.add("A", value), weft::http::error);
  CHECK_THROWS_AS(h.add("A", std::string_view("a\0b", 3)), weft::http::error);
  CHECK(h.empty());
}

TEST_CASE("list_contains: whole members only") {
  using weft::http::list_contains;
  CHECK(list_contains("keep-alive, Close", "close"));
  CHECK_FALSE(list_contains("closed, xclose", "close"));
  CHECK_FALSE(list_contains("", "close"));
}

}  // namespace

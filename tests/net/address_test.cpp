#include <weft/net/address.hpp>

#include <doctest/doctest.h>

using namespace weft::net;

TEST_CASE("parse_address: takes IPv4 and IPv6 literals, with and without brackets") {
  CHECK(parse_address("127.0.0.1")->is_v4());
  CHECK(parse_address("::1")->is_loopback());
  CHECK(parse_address("[2001:db8::1]")->is_v6());
}

TEST_CASE("parse_address: refuses names and every loose form of a literal") {
  for (const char* text : {"", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "[127.0.0.1]", "[::1",
                           "1.2.3.4 ", "1.2.3.256"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
  CHECK_FALSE(parse_address(std::string_view("127.0.0.1\0x", 11)));
}

TEST_CASE("ends_in_number: every form that inet_aton or a browser reads as an IPv4 address, and no name") {
  for (const char* text : {"127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1",
                           "0x7F.0.0.0X1", "127.0.0.0x", "0x", "1.2.3.4.5", "1.2.3.256", "www.example.1"}) {
    CAPTURE(text);
    CHECK(ends_in_number(text));
  }
  for (const char* text :
       {"", ".", "..", "localhost", "0xyz", "x0x7f", "0x7f.example", "1.2.3.4a", "7f", "::1", "0x-1"}) {
    CAPTURE(text);
    CHECK_FALSE(ends_in_number(text));
  }
}

TEST_CASE("parse_endpoint: reads what to_string writes") {
  for (const char* text : {"192.0.2.1:80", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    const auto endpoint = parse_endpoint(text);
    REQUIRE(endpoint);
    CHECK(to_string(*endpoint) == text);
  }
}

TEST_CASE("parse_endpoint: refuses a missing, large or signed port and an IPv6 address without brackets") {
  for (const char* text : {"192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+1",
                           "2001:db8::1:80", ":80", "name:80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_endpoint(text));
  }
}

TEST_CASE("is_localhost: the name and everything under it, in any case") {
  CHECK(is_localhost("localhost"));
  CHECK(is_localhost("LocalHost."));
  CHECK(is_localhost("a.localhost"));
  CHECK_FALSE(is_localhost("notlocalhost"));
  CHECK_FALSE(is_localhost("localhost.example"));
  CHECK_FALSE(is_localhost(""));
}

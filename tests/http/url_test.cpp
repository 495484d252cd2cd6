#include <weft/http/url.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using weft::http::url;

struct pair {
  const char* given;
  const char* expected;
};

TEST_CASE("url: the normal form of an address") {
  const pair table[] = {
      {"http://example.org", "http://example.org/"},
      {"HTTP://Example.ORG:80/A?B#c", "http://example.org/A?B"},
      {"https://example.org:443/", "https://example.org/"},
      {"https://example.org:8443/", "https://example.org:8443/"},
      {"http://example.org:/", "http://example.org/"},
      {"http://example.org:0080/", "http://example.org/"},
      {"http://example.org?q", "http://example.org/?q"},
      {"http://example.org/?", "http://example.org/?"},
      {"  http://example.org/ \n", "http://example.org/"},
      {"http://e/a/./b/../c", "http://e/a/c"},
      {"http://e/../../x", "http://e/x"},
      {"http://e/a/..", "http://e/"},
      {"http://e/a/.", "http://e/a/"},
      {"http://e/a//b/", "http://e/a//b/"},
      {"http://e/.hidden/..name/a.", "http://e/.hidden/..name/a."},
      {"http://e/%2F%7e%2e", "http://e/%2F%7e%2e"},
      {"http://e/a b\"<>^`{|}", "http://e/a%20b%22%3C%3E%5E%60%7B%7C%7D"},
      {"http://e/100%", "http://e/100%25"},
      {"http://e/%zz%4", "http://e/%25zz%254"},
      {"http://e/a\\b", "http://e/a%5Cb"},
      {"http://e/\xc3\xa9?\xc3\xa9", "http://e/%C3%A9?%C3%A9"},
      {"http://e/?a[]=1&b=c d", "http://e/?a%5B%5D=1&b=c%20d"},
      {"http://user:pa%3Ass@e/x", "http://e/x"},
      {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"},
      {"http://[::1]:80/", "http://[::1]/"},
      {"http://[2001:DB8:0:0::1]:81/", "http://[2001:db8::1]:81/"},
      {"http://example.org./", "http://example.org./"},
      {"http://B\xc3\xbc"
       "cher.example/",
       "http://xn--bcher-kva.example/"},
      {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"},
      {"http://under_score.example/", "http://under_score.example/"},
      {"http://0xyz/", "http://0xyz/"},
  };
  for (const auto& [given, expected] : table) {
    CAPTURE(std::string(given));
    const url u = url::parse(given);
    CHECK(u.str() == expected);
    CHECK(url::parse(u.str()).str() == expected);
  }
}

TEST_CASE("url: what is no http address is refused") {
  const char* table[] = {"",
                         "/",
                         "example.org",
                         "http:",
                         "http://",
                         "http:///x",
                         "http:example.org",
                         "ftp://e/",
                         "file:///etc/passwd",
                         "javascript:alert(1)",
                         "http://e:0/",
                         "http://e:65536/",
                         "http://e:8x/",
                         "http://e:-1/",
                         "http://a b/",
                         "http://e/a\tb",
                         "http://e/a\nb",
                         "http://e/\x01",
                         "http://e/\x7f",
                         "http://e\\@evil/",
                         "http://e\\x/",
                         "http://a@b@c/",
                         "http://a%2Fb/",
                         "http://a%00b/",
                         "http://[::1",
                         "http://[::1]x/",
                         "http://[v6.x]/",
                         "http://[fe80::1%25eth0]/",
                         "http://[]/",
                         "http://127.1/",
                         "http://2130706433/",
                         "http://0x7f.0.0.1/",
                         "http://0x7f000001/",
                         "http://017700000001/",
                         "http://0X7F.1/",
                         "http://127.0.0.0x/",
                         "http://a.0x1f./",
                         "http://1.2.3.04/",
                         "http://1.2.3.256/",
                         "http://1.2.3.4.5/",
                         "http://1.2.3.4./",
                         "http://a..b/",
                         "http://.a/",
                         "http://./",
                         "http://:80/",
                         "http://@/",
                         "http://a<b/",
                         "http://a,b/",
                         "http://\xff/",
                         "http://e%/"};
  for (const char* given : table) {
    CAPTURE(std::string(given));
    CHECK_THROWS_AS((void)url::parse(given), weft::http::error);
  }
  CHECK_THROWS_AS((void)url::parse("http://" + std::string(64, 'a') + ".org/"), weft::http::error);
  CHECK_THROWS_AS((void)url::parse("http://e/" + std::string(70000, 'a')), weft::http::error);
}

TEST_CASE("url: the parts") {
  const url u = url::parse("https://Me:s%40crt@[::1]:8443/a/b?x=1#frag");
  CHECK(u.is_https());
  CHECK(u.scheme() == "https");
  CHECK(u.host() == "::1");
  CHECK(u.port() == 8443);
  CHECK(u.explicit_port() == "8443");
  CHECK(u.authority() == "[::1]:8443");
  CHECK(u.origin() == "https://[::1]:8443");
  CHECK(u.target() == "/a/b?x=1");
  CHECK(u.path() == "/a/b");
  CHECK(u.query() == "x=1");
  CHECK(u.fragment() == "frag");
  REQUIRE(u.userinfo());
  CHECK(u.userinfo()->user == "Me");
  CHECK(u.userinfo()->password == "s@crt");
  const url plain = url::parse("http://e");
  CHECK(plain.port() == 80);
  CHECK(plain.explicit_port().empty());
  CHECK(plain.query().empty());
  CHECK_FALSE(plain.userinfo());
}

TEST_CASE("url: an error never shows a password") {
  try {
    (void)url::parse("http://me:topsecret@exa mple/[");
    FAIL("was accepted");
  } catch (const weft::http::error& e) {
    CHECK(std::string(e.what()).find("topsecret") == std::string::npos);
    CHECK(e.kind() == weft::http::error_kind::invalid_url);
  }
}

TEST_CASE("url: resolve follows RFC 3986, 5.4") {
  const url base = url::parse("http://a/b/c/d;p?q");
  const pair table[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://x/y", "https://x/y"},
      {"a b", "http://a/b/c/a%20b"},
      {"/\\evil", "http://a/%5Cevil"},
      {"//evil:8080", "http://evil:8080/"},
  };
  for (const auto& [given, expected] : table) {
    CAPTURE(std::string(given));
    CHECK(base.resolve(given).str() == expected);
  }
  CHECK_THROWS_AS((void)base.resolve("ftp://x/"), weft::http::error);
  CHECK_THROWS_AS((void)base.resolve("//"), weft::http::error);
}

TEST_CASE("url: resolve inherits the fragment and credentials only where RFC 9110 does") {
  const url base = url::parse("http://u:p@a/b#f");
  CHECK(base.resolve("c").fragment() == "f");
  CHECK(base.resolve("c#g").fragment() == "g");
  CHECK(base.resolve("c").userinfo());
  CHECK_FALSE(base.resolve("http://other/c").userinfo());
}

TEST_CASE("url: has_scheme tells addresses from plain names") {
  CHECK(url::has_scheme("http://x"));
  CHECK(url::has_scheme("svn+ssh://x"));
  for (const char* plain : {"example.org", "example.org:80/x", "localhost/a://b", "://x", ""}) {
    CAPTURE(std::string(plain));
    CHECK_FALSE(url::has_scheme(plain));
  }
}

}  // namespace
